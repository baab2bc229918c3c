import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "../engine/componentEngine";
import { Problem } from "../arguments/problem";
import { refuse } from "../arguments/refuse";
import {
  anyText,
  laterOr,
  objectOf,
  problemsOf,
  textLike,
  trueOrFalse,
  valueWhere,
} from "../arguments/schema";
import { parseImageReference } from "../arguments/imageReference";
import { registryProvider } from "../engine/registryProvider";

/** Arguments of a PublishedImage. */
export interface PublishedImageArgs {
  /**
   * Name of a local image, with the host of the registry that it is pushed to:
   * `ServingImage.imageName` of an image whose `repository` names a registry.
   */
  image: pulumi.Input<string>;

  /**
   * Docker Engine that holds the image and pushes it. @default - that of the component's Docker
   * provider, else the one that `docker ps` asks
   */
  host?: string;

  /** Registry, `HOST` or `HOST:PORT`. */
  registry: string;

  /** User name for the registry; goes with `password`. @default - pushes without a login */
  username?: pulumi.Input<string>;

  /** Password or token for the registry, kept as a secret; goes with `username`. @default - none */
  password?: pulumi.Input<string>;

  /**
   * Whether the registry speaks HTTP without TLS. The engine must accept that too:
   * it does for 127.0.0.0/8, else list the registry under `insecure-registries`
   * in its daemon.json. @default false
   * @see https://docs.docker.com/reference/cli/dockerd/#insecure-registries
   */
  plainHttp?: boolean;
}

/**
 * An image in a registry, named by the digest that the registry gave it.
 *
 * It stays in the registry on replacement and on destroy, since older releases
 * and other stacks may run it; removing it is the registry's clean-up policy.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class PublishedImage extends pulumi.ComponentResource {
  /** `REPOSITORY@sha256:...`: what replicas run. */
  public readonly reference: pulumi.Output<string>;

  constructor(name: string, args: PublishedImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const { image, ...access } = args;
    refuse("PublishedImage", name, checkPublishedImage(access));
    super("tfserving:index:PublishedImage", name, {}, opts);

    const provider = registryProvider(name, { ...args, host: componentEngine(this, args) }, this);
    const pushed = new docker.RegistryImage(
      name,
      { name: image, keepRemotely: true, insecureSkipVerify: args.plainHttp ?? false },
      // Else the engine would delete first whatever runs the image: what serves.
      { parent: this, provider, deleteBeforeReplace: false },
    );

    this.reference = pulumi
      .all([image, pushed.sha256Digest])
      .apply(([image, digest]) => `${repositoryOf(image)}@${digest}`);
    this.registerOutputs({ reference: this.reference });
  }
}

const schema = objectOf<Omit<PublishedImageArgs, "image">>({
  host: textLike(/./, "use the address of a Docker Engine").optional(),
  registry: valueWhere<string>(
    isRegistry,
    "use the registry's HOST or HOST:PORT, such as registry.example.com",
  ),
  username: laterOr(anyText()).optional(),
  password: laterOr(anyText()).optional(),
  plainHttp: trueOrFalse().optional(),
});

/** Everything about a push that can be judged before it. */
export function checkPublishedImage(args: Omit<PublishedImageArgs, "image">): Problem[] {
  const problems = problemsOf(schema, args);
  if ((args.username === undefined) !== (args.password === undefined)) {
    const missing = args.username === undefined ? "username" : "password";
    problems.push({
      propertyPath: missing,
      reason: "is missing: a login takes a user name and a password, a push without login neither",
    });
  }
  return problems;
}

function isRegistry(name: string): boolean {
  const probe = parseImageReference(`${name}/image`);
  return !("reason" in probe) && probe.registry === name;
}

/** The name without its tag; a port of the registry is no tag. */
function repositoryOf(image: string): string {
  return image.replace(/:[^:/]+$/, "");
}
