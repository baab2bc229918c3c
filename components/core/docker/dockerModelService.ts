import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../arguments/refuse";
import { scheme, serviceAddresses } from "../serving/addresses";
import { namesOfService } from "../serving/edge/selfSigned";
import { servedBy } from "../serving/edge/served";
import { onceServing } from "../stack/onceServing";
import { warnOf } from "../arguments/warnOf";
import { modelUrls } from "../tfserving/modelStatus";
import { createBalancer } from "./balancer";
import { checkModelService } from "./checkModelService";
import { oldNameNotes, serviceWarnings } from "../serving/checkReplicas";
import { componentEngine } from "../engine/componentEngine";
import { currentStack } from "../stack/currentStack";
import { dockerLabels } from "./containerDefaults";
import { clientHost } from "../engine/hostPorts";
import { DockerModelServiceArgs, resolveModelServiceArgs } from "./modelServiceArgs";
import { canaryContainers, createContainers, mainContainers } from "./replicas";
import { StartOrder } from "./startOrder";

/**
 * Replicas of a serving image on one Docker host behind HAProxy, with REST and
 * gRPC on one service name.
 *
 * A release loses no request: new replicas join the balancer's rotation before old ones leave it,
 * and an old one leaves it before it stops. A release whose replicas do not get ready fails the
 * update, and the one before serves on. A canary gives a part of the requests to another version.
 * The addresses among the outputs are known once the release serves.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class DockerModelService extends pulumi.ComponentResource {
  /** Base URL of the model for REST: `http://HOST:PORT/v1/models/NAME`, or https with `tls`. */
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
  /** Certificate in PEM that clients have to trust (`tls.selfSigned`); empty where there is none. */
  public readonly caCertificate: pulumi.Output<string>;
  /** Names of the containers that serve now. */
  public readonly replicaNames: pulumi.Output<string[]>;

  constructor(name: string, args: DockerModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveModelServiceArgs(args);
    refuse(
      "DockerModelService",
      name,
      checkModelService(resolved, currentStack(), resolved.engine),
    );
    super("tfserving:index:DockerModelService", name, {}, opts);

    warnOf(this, [...oldNameNotes(args), ...serviceWarnings(resolved)]);
    const network = createNetwork(name, this);
    const order = new StartOrder(
      {
        host: componentEngine(this, resolved),
        sshOptions: resolved.sshOptions,
        network: network.name,
      },
      resolved.startTimeoutSeconds,
      this,
    );
    const [replicas, ...canary] = [mainContainers(resolved), ...canaryContainers(resolved)].map(
      (set) => createContainers(name, resolved, set, network, order, this),
    );
    const { publishAddress, restPort, grpcPort, serviceName, modelName, engine, tls } = resolved;
    const host = clientHost(publishAddress, engine);
    const names = namesOfService(serviceName, [publishAddress, host]);
    const { certificate, caCertificate } = servedBy(name, tls, names, this);
    const balancer = createBalancer(
      name,
      resolved,
      network,
      replicas.firstReady,
      certificate,
      this,
    );
    void order.end([replicas, ...canary].flatMap(({ containers }) => containers));

    const origin = `${scheme(tls)}://${host}:${restPort}`;
    const onNetwork = serviceAddresses(serviceName, modelName, tls);
    const serving = pulumi.all([...replicas.containers, balancer].map(({ id }) => id));
    this.restUrl = onceServing(`${origin}/v1/models/${modelName}`, serving);
    this.modelUrls = onceServing(modelUrls(origin, modelName, resolved.server?.models), serving);
    this.grpcAddress = onceServing(grpcPort ? `${host}:${grpcPort}` : "", serving);
    this.networkName = network.name;
    this.networkRestUrl = onceServing(onNetwork.restUrl, serving);
    this.networkGrpcAddress = onceServing(onNetwork.grpcAddress, serving);
    this.caCertificate = caCertificate;
    this.replicaNames = pulumi.all(replicas.containers.map(({ name }) => name));
    this.registerOutputs({
      restUrl: this.restUrl,
      modelUrls: this.modelUrls,
      grpcAddress: this.grpcAddress,
      networkName: this.networkName,
      networkRestUrl: this.networkRestUrl,
      networkGrpcAddress: this.networkGrpcAddress,
      caCertificate: this.caCertificate,
      replicaNames: this.replicaNames,
    });
  }
}

function createNetwork(name: string, parent: pulumi.Resource): docker.Network {
  return new docker.Network(
    name,
    { driver: "bridge", labels: dockerLabels("network") },
    { parent, deleteBeforeReplace: false },
  );
}
