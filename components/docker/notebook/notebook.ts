import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { hardened, healthPace, kept, labelsFor, replaceOnChanges } from "../containerDefaults";
import { currentStack } from "../../core/currentStack";
import { withDefaults } from "../../core/withDefaults";
import {
  checkNotebook,
  hostPath,
  NotebookArgs,
  notebookDefaults,
  notebookUser,
  saveWarning,
} from "./notebookArgs";

const home = "/home/jovyan";
const tokenFile = "/run/tfserving/token";

/**
 * JupyterLab on the network of a model service, reachable from the Docker host only.
 *
 * Its token is generated, kept as a secret and given to Jupyter as a file. The
 * home folder is a volume that lives as long as the stack; the notebooks are the
 * host's own files.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class Notebook extends pulumi.ComponentResource {
  /** Address of JupyterLab with its token; a secret. */
  public readonly url: pulumi.Output<string>;

  constructor(name: string, args: NotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, notebookDefaults);
    checkArgs(name, resolved);
    super("tfserving:index:Notebook", name, {}, opts);

    warnOfRoot(resolved, this);
    const token = createToken(name, this);
    createContainer(name, resolved, token, this);

    this.url = pulumi.secret(
      pulumi.interpolate`http://127.0.0.1:${resolved.port}/lab?token=${token}`,
    );
    this.registerOutputs({ url: this.url });
  }
}

type ResolvedArgs = NotebookArgs & typeof notebookDefaults;

function checkArgs(name: string, args: ResolvedArgs): void {
  const errors = checkNotebook(args, currentStack());
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `Notebook ${name} cannot work with these arguments`,
      errors,
    });
  }
}

function warnOfRoot(args: ResolvedArgs, resource: pulumi.Resource): void {
  const warning = saveWarning(args.folder, args);
  if (warning) {
    void pulumi.log.warn(warning, resource);
  }
}

/** The token of a JupyterLab. */
export function createToken(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  // 40 letters and digits of 62 are 238 bits, and need no escape in a URL.
  return new random.RandomPassword(`${name}-token`, { length: 40, special: false }, { parent })
    .result;
}

function createContainer(
  name: string,
  args: ResolvedArgs,
  token: pulumi.Output<string>,
  parent: pulumi.Resource,
): void {
  const image = new docker.RemoteImage(
    name,
    { name: args.image, keepLocally: true },
    { parent, deleteBeforeReplace: false },
  );
  const labels = labelsFor("notebook", args.labels);
  const homeVolume = new docker.Volume(
    `${name}-home`,
    { labels },
    { parent, deleteBeforeReplace: false },
  );
  new docker.Container(
    name,
    {
      ...hardened,
      ...kept,
      // People install packages in a notebook, and the provider writes the token's file.
      readOnly: false,
      image: image.imageId,
      user: notebookUser(args.folder, args),
      labels,
      envs: [
        `JUPYTER_TOKEN_FILE=${tokenFile}`,
        pulumi.interpolate`MODEL_NAME=${args.modelName}`,
        pulumi.interpolate`TF_SERVING_GRPC_ADDRESS=${args.grpcAddress}`,
        pulumi.interpolate`TF_SERVING_REST_URL=${args.restUrl}`,
        ...(args.dataFolder ? [`MODEL_DIR=${home}/model`] : []),
      ],
      workingDir: home,
      volumes: [
        { volumeName: homeVolume.name, containerPath: home },
        { hostPath: hostPath(args.folder), containerPath: `${home}/projectDir` },
        ...(args.dataFolder
          ? [
              {
                hostPath: hostPath(args.dataFolder),
                containerPath: `${home}/model`,
                readOnly: true,
              },
            ]
          : []),
      ],
      // The provider's uploads belong to root; the notebook's user is the only other one in there.
      uploads: [{ file: tokenFile, content: token, permissions: "0444" }],
      networksAdvanced: [{ name: args.networkName }],
      ports: [{ internal: 8888, external: args.port, ip: "127.0.0.1" }],
      memory: args.memoryMb,
      memorySwap: args.memoryMb,
      gpus: args.gpus,
      healthcheck: {
        tests: ["CMD", "/etc/jupyter/docker_healthcheck.py"],
        timeout: "5s",
        retries: 3,
        ...healthPace(args.engine?.apiVersion, 60),
      },
      wait: true,
      waitTimeout: 120,
      destroyGraceSeconds: 10,
    },
    // Its host port allows only one of it.
    { parent, deleteBeforeReplace: true, replaceOnChanges },
  );
}
