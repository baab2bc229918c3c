import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { modelUrls, statusModels } from "../tfserving/modelStatus";
import { defaultRestTimeoutMs, renderServer } from "../tfserving/serverOptions";
import { ports, renderBalancerConfig } from "../balancer/balancerConfig";
import { checkModelService } from "./checkModelService";
import {
  currentStack,
  hardened,
  healthPace,
  kept,
  labelsFor,
  replaceOnChanges,
} from "./containerDefaults";
import { clientHost } from "./hostPorts";
import {
  DockerModelServiceArgs,
  ResolvedModelServiceArgs,
  resolveModelServiceArgs,
} from "./modelServiceArgs";
import { cpusText } from "./providerText";

// The supervisor's image user; replica N runs as this plus N.
const firstReplicaUser = 10000;
const replicaGroup = 10001;
// After draining, the supervisor gives the server a few seconds before it kills it.
const stopMarginSeconds = 10;

/**
 * Replicas of a serving image on one Docker host behind HAProxy, with REST and
 * gRPC on one service name.
 *
 * A release starts every new replica before it stops an old one; a replica
 * leaves the balancer's rotation before it stops. A release that never gets
 * ready fails the update, and the old one serves on.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class DockerModelService extends pulumi.ComponentResource {
  /** Base URL of the model for REST: `http://HOST:PORT/v1/models/NAME`. */
  public readonly restUrl: pulumi.Output<string>;
  /** Base URL for REST by model, of several models (`server.models`) each. */
  public readonly modelUrls: pulumi.Output<Record<string, string>>;
  /** Address for gRPC, `HOST:PORT`; empty where gRPC is not published. */
  public readonly grpcAddress: pulumi.Output<string>;
  /** Name of the network on which the service name resolves. */
  public readonly networkName: pulumi.Output<string>;
  /** Base URL of the model for clients on that network. */
  public readonly networkRestUrl: pulumi.Output<string>;
  /** Address for gRPC clients on that network. */
  public readonly networkGrpcAddress: pulumi.Output<string>;
  /** Names of the containers that serve now. */
  public readonly replicaNames: pulumi.Output<string[]>;

  constructor(name: string, args: DockerModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveModelServiceArgs(args);
    checkArgs(name, resolved);
    super("tfserving:index:DockerModelService", name, {}, opts);

    const network = createNetwork(name, this);
    const replicas = createReplicas(name, resolved, network, this);
    createBalancer(name, resolved, network, replicas, this);

    const path = `/v1/models/${resolved.modelName}`;
    const { publishAddress, restPort, grpcPort, serviceName, engine } = resolved;
    const host = clientHost(publishAddress, engine);
    this.restUrl = pulumi.output(`http://${host}:${restPort}${path}`);
    this.modelUrls = pulumi.output(
      modelUrls(`http://${host}:${restPort}`, resolved.modelName, resolved.server?.models),
    );
    this.grpcAddress = pulumi.output(grpcPort ? `${host}:${grpcPort}` : "");
    this.networkName = network.name;
    this.networkRestUrl = pulumi.output(`http://${serviceName}:${ports.rest}${path}`);
    this.networkGrpcAddress = pulumi.output(`${serviceName}:${ports.grpc}`);
    this.replicaNames = pulumi.all(replicas.map((replica) => replica.name));
    this.registerOutputs({
      restUrl: this.restUrl,
      modelUrls: this.modelUrls,
      grpcAddress: this.grpcAddress,
      networkName: this.networkName,
      networkRestUrl: this.networkRestUrl,
      networkGrpcAddress: this.networkGrpcAddress,
      replicaNames: this.replicaNames,
    });
  }
}

function checkArgs(name: string, args: ResolvedModelServiceArgs): void {
  const errors = checkModelService(args, currentStack(), args.engine);
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `DockerModelService ${name} cannot work with these arguments`,
      errors,
    });
  }
}

function createNetwork(name: string, parent: pulumi.Resource): docker.Network {
  return new docker.Network(name, { driver: "bridge", labels: labelsFor("network") }, { parent });
}

function createReplicas(
  name: string,
  args: ResolvedModelServiceArgs,
  network: docker.Network,
  parent: pulumi.Resource,
): docker.Container[] {
  const server = renderServer(args.server, { cpus: args.cpus });
  const files = Object.entries(server.files).map(([flag, text]) => `TFS_FILE_${flag}=${text}`);
  const awaited = statusModels(args.server?.models);
  return Array.from({ length: args.replicas }, (_, index) => {
    const number = index + 1;
    return new docker.Container(
      `${name}-replica-${number}`,
      {
        ...hardened,
        ...kept,
        image: args.image,
        command: server.flags,
        envs: [
          `TFS_DRAIN_SECONDS=${args.drainSeconds}`,
          ...(awaited ? [`TFS_STATUS_MODELS=${awaited}`] : []),
          ...files,
        ].sort(),
        labels: labelsFor("replica", { ...args.labels, "tfserving.replica": String(number) }),
        user: `${firstReplicaUser + number}:${replicaGroup}`,
        tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
        networksAdvanced: [{ name: network.name, aliases: [replicaAlias(args)] }],
        ...limits(args.cpus, args.memoryMb, args.pids),
        gpus: args.gpus,
        healthcheck: {
          tests: ["CMD", "/usr/bin/tfserving-supervisor", "--check"],
          timeout: "5s",
          retries: 3,
          ...healthPace(args.engine?.apiVersion, args.startTimeoutSeconds),
        },
        wait: true,
        waitTimeout: args.startTimeoutSeconds,
        stopTimeout: args.drainSeconds + stopMarginSeconds,
        destroyGraceSeconds: args.drainSeconds + stopMarginSeconds,
      },
      { parent, deleteBeforeReplace: false, replaceOnChanges },
    );
  });
}

function createBalancer(
  name: string,
  args: ResolvedModelServiceArgs,
  network: docker.Network,
  replicas: docker.Container[],
  parent: pulumi.Resource,
): void {
  const image = new docker.RemoteImage(
    `${name}-balancer`,
    { name: args.balancerImage, keepLocally: true },
    { parent },
  );
  const requestTimeoutMs = (args.server?.restApiTimeoutMs ?? defaultRestTimeoutMs) + 1000;
  const publish = (internal: number, external: number) => ({
    internal,
    external,
    ip: args.publishAddress,
  });
  new docker.Container(
    `${name}-balancer`,
    {
      ...hardened,
      ...kept,
      image: image.imageId,
      command: ["sh", "-c", startBalancer],
      envs: [
        `BALANCER_CONFIG=${renderBalancerConfig({ replicaAlias: replicaAlias(args), requestTimeoutMs })}`,
      ],
      labels: labelsFor("balancer", args.labels),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=1m,mode=1777" },
      networksAdvanced: [{ name: network.name, aliases: [args.serviceName] }],
      ports: [
        publish(ports.rest, args.restPort),
        ...(args.grpcPort ? [publish(ports.grpc, args.grpcPort)] : []),
      ],
      ...balancerLimits,
      healthcheck: {
        tests: ["CMD", "bash", "-c", balancerCheck],
        timeout: "5s",
        retries: 3,
        ...healthPace(args.engine?.apiVersion, 10),
      },
      wait: true,
      waitTimeout: 60,
      destroyGraceSeconds: 10,
    },
    // Its host ports allow only one of it, and the update ends once it has found replicas.
    { parent, deleteBeforeReplace: true, replaceOnChanges, dependsOn: replicas },
  );
}

// Its own, since changed limits of the replicas must not replace the balancer.
const balancerLimits = limits(1, 512, 512);

// The provider can put no file into a container whose root is read-only.
const startBalancer =
  'printf "%s" "$BALANCER_CONFIG" > /tmp/haproxy.cfg && exec haproxy -W -db -f /tmp/haproxy.cfg';

// The image has bash and neither curl nor wget.
const balancerCheck =
  `exec 3<>/dev/tcp/127.0.0.1/${ports.balancerStatistics} && ` +
  `printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]`;

/** What Docker's DNS lists the running replicas under. */
function replicaAlias(args: ResolvedModelServiceArgs): string {
  return `${args.serviceName}_replica`;
}

function limits(cpus: number, memoryMb: number, pids: number): Partial<docker.ContainerArgs> {
  return {
    cpus: cpusText(cpus),
    memory: memoryMb,
    memorySwap: memoryMb,
    ulimits: [{ name: "nproc", soft: pids, hard: pids }],
  };
}
