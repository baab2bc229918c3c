import { formerTypes } from "../../stack/formerTypes";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { hardened, healthPace, kept, dockerLabels, replaceOnChanges } from "../containerDefaults";
import { currentStack } from "../../stack/currentStack";
import { refuse } from "../../arguments/refuse";
import { withDefaults } from "../../arguments/withDefaults";
import { componentEngine } from "../../engine/componentEngine";
import { imageEnvironment } from "../../engine/engine";
import {
  callerEnvironment,
  callerFiles,
  createToken,
  jupyter,
  labUrl,
  modelEnvironment,
} from "../../serving/notebook/jupyter";
import { noProxyEnvironment } from "../../serving/notebook/noProxy";
import { notebookDefaults } from "../../serving/notebook/notebookArgs";
import { checkDockerNotebook, DockerNotebookArgs, HostNotebookArgs } from "./dockerNotebookArgs";
import { hostPath, notebookUser, saveWarning } from "./hostFolders";

const filesFolder = "/run/tfserving";
const tokenFile = `${filesFolder}/token`;

/**
 * JupyterLab on the network of a model service, reachable from the Docker host only.
 *
 * Its token is generated, kept as a secret and given to Jupyter as a file. The
 * home folder is a volume that lives as long as the stack; the notebooks are the
 * host's own files.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class DockerNotebook extends pulumi.ComponentResource {
  /** Address of JupyterLab with its token; a secret. */
  public readonly url: pulumi.Output<string>;

  constructor(name: string, args: DockerNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("DockerNotebook", name, checkDockerNotebook(args, currentStack()));
    super("tfserving:index:DockerNotebook", name, {}, formerTypes(opts, "Notebook"));

    const resolved = withDefaults(args, notebookDefaults);
    warnOfRoot(resolved, this);
    const token = createToken(name, this);
    const { image, home } = createParts(name, resolved, this);
    createContainer(name, resolved, { token, image, home }, this);

    this.url = labUrl("127.0.0.1", resolved.port, token);
    this.registerOutputs({ url: this.url });
  }
}

/** What a notebook on a Docker host is made of. */
interface NotebookParts {
  token: pulumi.Output<string>;
  image: docker.RemoteImage;
  home: docker.Volume;
}

/** Warns where nobody can save. */
export function warnOfRoot(args: HostNotebookArgs, resource: pulumi.Resource): void {
  const warning = saveWarning(args.folder, args);
  if (warning) {
    void pulumi.log.warn(warning, resource);
  }
}

/** Pulls the image, and creates the volume of the home folder. */
export function createParts(
  name: string,
  { image, labels }: HostNotebookArgs & { image: pulumi.Input<string> },
  parent: pulumi.Resource,
): Pick<NotebookParts, "image" | "home"> {
  const opts = { parent, deleteBeforeReplace: false };
  return {
    image: new docker.RemoteImage(name, { name: image, keepLocally: true }, opts),
    home: new docker.Volume(`${name}-home`, { labels: dockerLabels("notebook", labels) }, opts),
  };
}

/** Calls to the service go without a proxy, as those to hosts that the image names. */
export function directly(
  args: HostNotebookArgs,
  image: docker.RemoteImage,
  parent: pulumi.Resource,
): Record<string, pulumi.Output<string>> {
  const { restUrl, grpcAddress } = args;
  const host = componentEngine(parent, args);
  const environment = pulumi
    .all([host, image.imageId])
    .apply(([engine, id]) => imageEnvironment(engine, id));
  const variables = pulumi
    .all([{ restUrl, grpcAddress }, environment])
    .apply(([addresses, ofImage]) => noProxyEnvironment(addresses, ofImage));
  return { NO_PROXY: variables.NO_PROXY, no_proxy: variables.no_proxy };
}

function createContainer(
  name: string,
  args: DockerNotebookArgs & typeof notebookDefaults,
  { token, image, home }: NotebookParts,
  parent: pulumi.Resource,
): void {
  const files = callerFiles(args);
  const variables = {
    JUPYTER_TOKEN_FILE: tokenFile,
    ...modelEnvironment(args, args.dataFolder !== undefined),
    ...callerEnvironment(files, filesFolder),
    ...directly(args, image, parent),
  };
  new docker.Container(
    name,
    {
      ...hardened,
      ...kept,
      // People install packages in a notebook, and the provider writes the token's file.
      readOnly: false,
      image: image.imageId,
      user: notebookUser(args.folder, args),
      labels: dockerLabels("notebook", args.labels),
      envs: Object.entries(variables).map(([name, value]) => pulumi.interpolate`${name}=${value}`),
      workingDir: jupyter.home,
      volumes: [
        { volumeName: home.name, containerPath: jupyter.home },
        { hostPath: hostPath(args.folder), containerPath: jupyter.notebooksFolder },
        ...(args.dataFolder === undefined
          ? []
          : [
              {
                hostPath: hostPath(args.dataFolder),
                containerPath: jupyter.dataFolder,
                readOnly: true,
              },
            ]),
      ],
      // The provider's uploads belong to root; the notebook's user is the only other one in there.
      uploads: [
        { file: tokenFile, content: token, permissions: "0444" },
        ...files.map(({ file, content }) => ({
          ...{ file: `${filesFolder}/${file}`, content, permissions: "0444" },
        })),
      ],
      networksAdvanced: [{ name: args.networkName }],
      ports: [{ internal: jupyter.port, external: args.port, ip: "127.0.0.1" }],
      memory: args.memoryMb,
      memorySwap: args.memoryMb,
      gpus: args.gpus,
      healthcheck: {
        tests: ["CMD", ...jupyter.healthCheck],
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

/** @deprecated It is called DockerNotebook. */
export const Notebook = DockerNotebook;
/** @deprecated It is called DockerNotebook. */
export type Notebook = DockerNotebook;
