import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "../../engine/componentEngine";
import { currentStack } from "../../core/currentStack";
import { labelsFor } from "../../docker/containerDefaults";
import { checkGpus, checkSwarm } from "../checkSwarm";
import {
  amounts,
  convergeWithin,
  logDriver,
  restartPolicy,
  serviceDuration,
} from "../serviceDefaults";
import { watchedNetwork } from "../taskWatch";
import { Problem } from "../../core/problem";
import { withDefaults } from "../../core/withDefaults";
import { createToken } from "../../docker/notebook/notebook";
import {
  checkNotebookShape,
  hostPath,
  NotebookOptions,
  notebookDefaults,
  notebookUser,
  NotebookShape,
  saveWarning,
} from "../../docker/notebook/notebookArgs";

const home = "/home/jovyan";
const tokenFile = "/run/secrets/jupyter_token";
const startSeconds = 60;

/** Arguments of a SwarmNotebook; `gpus` is a generic resource, such as `NVIDIA-GPU=1`. */
export interface SwarmNotebookArgs extends NotebookOptions {
  /** Overlay network of the model service: `SwarmModelService.networkId`. */
  networkId: pulumi.Input<string>;

  /**
   * Address at which clients reach the node of the notebook.
   * @default - the address of the manager that takes the orders
   */
  address?: string;
}

/**
 * JupyterLab as a Swarm service on the network of a model service.
 *
 * It stays on the manager that takes the orders, because its notebooks and its home volume are
 * there. Its port is open on all addresses of that node, since Swarm cannot publish on one of them
 * only, without TLS: close it in the node's firewall where others share the network. Its token is
 * generated and given to Jupyter as a Docker secret.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class SwarmNotebook extends pulumi.ComponentResource {
  /** Address of JupyterLab with its token; a secret. */
  public readonly url: pulumi.Output<string>;

  constructor(name: string, args: SwarmNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, notebookDefaults);
    checkArgs(name, resolved);
    super("tfserving:index:SwarmNotebook", name, {}, opts);

    warnOfRoot(resolved, this);
    const token = createToken(name, this);
    const networkId = watchedNetwork(
      { host: componentEngine(this, resolved), network: resolved.networkId, parts: ["notebook"] },
      this,
    );
    createService(name, { ...resolved, networkId }, token, this);

    const address = resolved.address ?? resolved.engine?.swarm?.nodeAddress ?? "127.0.0.1";
    this.url = pulumi.secret(
      pulumi.interpolate`http://${address}:${resolved.port}/lab?token=${token}`,
    );
    this.registerOutputs({ url: this.url });
  }
}

/** Everything about a notebook on Swarm that would keep it from starting or from being reached. */
export function checkSwarmNotebook(
  shape: NotebookShape & { gpus?: string },
  stack: string,
): Problem[] {
  const { engine, gpus } = shape;
  return [
    ...checkNotebookShape(shape, stack, "0.0.0.0"),
    ...checkSwarm(engine),
    ...checkGpus(gpus, 1, engine?.swarm),
  ];
}

type ResolvedArgs = SwarmNotebookArgs & typeof notebookDefaults;

function checkArgs(name: string, args: ResolvedArgs): void {
  const errors = checkSwarmNotebook(args, currentStack());
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `SwarmNotebook ${name} cannot work with these arguments`,
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

function createService(
  name: string,
  args: ResolvedArgs,
  token: pulumi.Output<string>,
  parent: pulumi.Resource,
): void {
  const labels = labelsFor("notebook", args.labels);
  const image = new docker.RemoteImage(
    name,
    { name: args.image, keepLocally: true },
    { parent, deleteBeforeReplace: false },
  );
  const homeVolume = new docker.Volume(
    `${name}-home`,
    { labels },
    { parent, deleteBeforeReplace: false },
  );
  const secret = new docker.Secret(
    `${name}-token`,
    { data: token.apply((text) => Buffer.from(text).toString("base64")), labels },
    { parent, deleteBeforeReplace: false },
  );
  const user = notebookUser(args.folder, args);
  const nodeId = args.engine?.swarm?.nodeId;
  new docker.Service(
    name,
    {
      labels,
      mode: { replicated: { replicas: 1 } },
      endpointSpec: {
        mode: "dnsrr",
        ports: [{ targetPort: 8888, publishedPort: args.port, publishMode: "host" }],
      },
      taskSpec: {
        containerSpec: {
          capDrops: ["ALL"],
          // It runs where the image was pulled, so its id is enough.
          image: image.imageId,
          user,
          labels,
          env: {
            JUPYTER_TOKEN_FILE: tokenFile,
            MODEL_NAME: args.modelName,
            TF_SERVING_GRPC_ADDRESS: args.grpcAddress,
            TF_SERVING_REST_URL: args.restUrl,
            ...(args.dataFolder ? { MODEL_DIR: `${home}/model` } : {}),
          },
          dir: home,
          mounts: mounts(args, homeVolume),
          secrets: [
            {
              secretId: secret.id,
              secretName: secret.name,
              fileName: tokenFile,
              fileUid: user.split(":")[0],
              fileMode: 0o400,
            },
          ],
          stopGracePeriod: serviceDuration(15),
          healthcheck: {
            tests: ["CMD", "/etc/jupyter/docker_healthcheck.py"],
            interval: "5s",
            timeout: "5s",
            retries: 3,
            startPeriod: serviceDuration(startSeconds),
          },
        },
        resources: {
          limits: { memoryBytes: amounts(0, args.memoryMb).memoryBytes },
          ...(args.gpus
            ? { reservation: { genericResources: { discreteResourcesSpecs: [args.gpus] } } }
            : {}),
        },
        placement: { constraints: nodeId ? [`node.id==${nodeId}`] : ["node.role==manager"] },
        restartPolicy,
        networksAdvanceds: [{ id: args.networkId }],
        logDriver,
      },
      updateConfig: { parallelism: 1, order: "stop-first", failureAction: "rollback" },
      rollbackConfig: { parallelism: 1, order: "stop-first", failureAction: "pause" },
      convergeConfig: convergeWithin(1, startSeconds),
    },
    // Its host port allows only one of it. Swarm notes the image's platforms.
    { parent, deleteBeforeReplace: true, ignoreChanges: ["taskSpec.placement.platforms"] },
  );
}

function mounts(args: ResolvedArgs, homeVolume: docker.Volume) {
  return [
    { type: "volume", source: homeVolume.name, target: home },
    { type: "bind", source: hostPath(args.folder), target: `${home}/projectDir` },
    ...(args.dataFolder
      ? [
          {
            type: "bind",
            source: hostPath(args.dataFolder),
            target: `${home}/model`,
            readOnly: true,
          },
        ]
      : []),
  ];
}
