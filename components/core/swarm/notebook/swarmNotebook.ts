import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "../../engine/componentEngine";
import { currentStack } from "../../stack/currentStack";
import { dockerLabels } from "../../docker/containerDefaults";
import { checkGpus, checkSwarm } from "../checkSwarm";
import {
  amounts,
  convergeWithin,
  logDriver,
  restartPolicy,
  serviceDuration,
} from "../serviceDefaults";
import { watchedNetwork } from "../taskWatch";
import { Problem } from "../../arguments/problem";
import { refuse } from "../../arguments/refuse";
import { anyText, laterOr, objectOf, problemsOfArgs } from "../../arguments/schema";
import { withDefaults } from "../../arguments/withDefaults";
import { createParts, directly, warnOfRoot } from "../../docker/notebook/dockerNotebook";
import {
  checkOnHost,
  HostNotebookArgs,
  hostNotebookFields,
} from "../../docker/notebook/dockerNotebookArgs";
import { hostPath, notebookUser } from "../../docker/notebook/hostFolders";
import {
  callerEnvironment,
  callerFiles,
  createToken,
  jupyter,
  labUrl,
  modelEnvironment,
} from "../../serving/notebook/jupyter";
import { notebookDefaults } from "../../serving/notebook/notebookArgs";

const secretsFolder = "/run/secrets";
const tokenFile = `${secretsFolder}/jupyter_token`;
const startSeconds = 60;

/** Arguments of a SwarmNotebook. */
export interface SwarmNotebookArgs extends HostNotebookArgs {
  /** Overlay network of the model service: `SwarmModelService.networkId`. */
  networkId: pulumi.Input<string>;

  /**
   * Address at which clients reach the node of the notebook.
   * @default - the address of the manager that takes the orders
   */
  address?: string;
}

type ResolvedArgs = SwarmNotebookArgs & typeof notebookDefaults;

const schema = objectOf<SwarmNotebookArgs>({
  ...hostNotebookFields,
  networkId: laterOr(anyText()),
  address: anyText().optional(),
}).partial();

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
    refuse("SwarmNotebook", name, checkSwarmNotebook(args, currentStack()));
    super("tfserving:index:SwarmNotebook", name, {}, opts);

    const resolved = withDefaults(args, notebookDefaults);
    warnOfRoot(resolved, this);
    const token = createToken(name, this);
    const networkId = watchedNetwork(
      { host: componentEngine(this, resolved), network: resolved.networkId, parts: ["notebook"] },
      this,
    );
    createService(name, { ...resolved, networkId }, token, this);

    const address = resolved.address ?? resolved.engine?.swarm?.nodeAddress ?? "127.0.0.1";
    this.url = labUrl(address, resolved.port, token);
    this.registerOutputs({ url: this.url });
  }
}

/**
 * Everything about a notebook on Swarm that would keep it from starting or from being reached.
 *
 * @param args - those that are known
 * @param stack - `<project>/<stack>`; a port that its own notebook holds is free
 */
export function checkSwarmNotebook(args: Partial<SwarmNotebookArgs>, stack: string): Problem[] {
  return problemsOfArgs(schema, args, notebookDefaults, (args) => [
    ...checkOnHost(args, stack, "0.0.0.0"),
    ...checkSwarm(args.engine),
    ...checkGpus(args.gpus, 1, args.engine?.swarm),
  ]);
}

function createService(
  name: string,
  args: ResolvedArgs,
  token: pulumi.Output<string>,
  parent: pulumi.Resource,
): void {
  const labels = dockerLabels("notebook", args.labels);
  const { image, home } = createParts(name, args, parent);
  const user = notebookUser(args.folder, args);
  const secretFile = (kind: string, fileName: string, content: pulumi.Input<string>) => {
    const data = pulumi.output(content).apply((text) => Buffer.from(text).toString("base64"));
    const { id, name: secretName } = new docker.Secret(
      `${name}-${kind}`,
      { data, labels },
      { parent, deleteBeforeReplace: false },
    );
    const fileUid = user.split(":")[0];
    return { secretId: id, secretName, fileName, fileUid, fileMode: 0o400 };
  };
  const files = callerFiles(args);
  const nodeId = args.engine?.swarm?.nodeId;
  new docker.Service(
    name,
    {
      labels,
      mode: { replicated: { replicas: 1 } },
      endpointSpec: {
        mode: "dnsrr",
        ports: [{ targetPort: jupyter.port, publishedPort: args.port, publishMode: "host" }],
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
            ...modelEnvironment(args, args.dataFolder !== undefined),
            ...callerEnvironment(files, secretsFolder),
            ...directly(args, image, parent),
          },
          dir: jupyter.home,
          mounts: mounts(args, home.name),
          secrets: [
            secretFile("token", tokenFile, token),
            ...files.map(({ file, content }) =>
              secretFile(file, `${secretsFolder}/${file}`, content),
            ),
          ],
          stopGracePeriod: serviceDuration(15),
          healthcheck: {
            tests: ["CMD", ...jupyter.healthCheck],
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

function mounts({ folder, dataFolder }: ResolvedArgs, homeVolume: pulumi.Output<string>) {
  return [
    { type: "volume", source: homeVolume, target: jupyter.home },
    { type: "bind", source: hostPath(folder), target: jupyter.notebooksFolder },
    ...(dataFolder === undefined
      ? []
      : [
          {
            type: "bind",
            source: hostPath(dataFolder),
            target: jupyter.dataFolder,
            readOnly: true,
          },
        ]),
  ];
}
