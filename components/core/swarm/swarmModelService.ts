import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../arguments/refuse";
import { scheme, serviceAddresses } from "../serving/addresses";
import { componentEngine } from "../engine/componentEngine";
import { currentStack } from "../stack/currentStack";
import { dockerLabels } from "../docker/containerDefaults";
import { dockerLogins } from "../engine/dockerLogins";
import { registryProvider } from "../engine/registryProvider";
import { warnOf } from "../arguments/warnOf";
import { oldNameNotes, serviceWarnings } from "../serving/checkReplicas";
import { namesOfService } from "../serving/edge/selfSigned";
import { servedBy } from "../serving/edge/served";
import { onceServing } from "../stack/onceServing";
import { modelUrls } from "../tfserving/modelStatus";
import { createBalancerService } from "./balancerService";
import { checkSwarmModelService } from "./checkSwarmModelService";
import { createReplicaService } from "./replicaService";
import {
  ResolvedSwarmArgs,
  resolveSwarmModelServiceArgs,
  SwarmModelServiceArgs,
} from "./swarmModelServiceArgs";
import { watchedNetwork } from "./taskWatch";

/**
 * Replicas of a serving image on the nodes of a Docker Swarm behind HAProxy, with REST and gRPC on
 * one service name and on ports of the nodes.
 *
 * A release replaces one replica after the other, the new one first; a release that never gets
 * ready is rolled back by Swarm and fails the update. Swarm starts the tasks of a lost node on the
 * others. The addresses among the outputs are known once the release serves.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class SwarmModelService extends pulumi.ComponentResource {
  /** Base URL of the model for REST: `http://HOST:PORT/v1/models/NAME`, or https with `tls`. */
  public readonly restUrl: pulumi.Output<string>;
  /** Base URL for REST by model, of several models (`server.models`) each. */
  public readonly modelUrls: pulumi.Output<Record<string, string>>;
  /** Address for gRPC, `HOST:PORT`; empty where gRPC is not published. */
  public readonly grpcAddress: pulumi.Output<string>;
  /** Name of the overlay network on which the service name resolves; containers can join it. */
  public readonly networkName: pulumi.Output<string>;
  /** Id of that network, by which other Swarm services join it. */
  public readonly networkId: pulumi.Output<string>;
  /** Base URL of the model for clients on that network. */
  public readonly networkRestUrl: pulumi.Output<string>;
  /** Address for gRPC clients on that network. */
  public readonly networkGrpcAddress: pulumi.Output<string>;
  /** Certificate in PEM that clients have to trust (`tls.selfSigned`); empty where there is none. */
  public readonly caCertificate: pulumi.Output<string>;
  /** Name of the Swarm service that the replicas are tasks of, once they serve. */
  public readonly replicaNames: pulumi.Output<string[]>;

  constructor(name: string, args: SwarmModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveSwarmModelServiceArgs(args);
    refuse(
      "SwarmModelService",
      name,
      checkSwarmModelService(resolved, currentStack(), resolved.engine),
    );
    super("tfserving:index:SwarmModelService", name, {}, opts);
    warnOf(this, [...oldNameNotes(args), ...serviceWarnings(resolved)]);

    const host = componentEngine(this, resolved);
    const children = childOptions(name, resolved, host, this);
    const network = createNetwork(name, resolved, this);
    const parts = ["replica", "balancer"];
    const networkId = watchedNetwork({ host, network: network.id, parts }, this);
    const replicas = createReplicaService(name, resolved, networkId, children);
    const { address, restPort, grpcPort, serviceName, modelName, tls } = resolved;
    const names = namesOfService(serviceName, [address]);
    const { certificate, caCertificate } = servedBy(name, tls, names, this);
    const balancers = createBalancerService(
      name,
      resolved,
      networkId,
      replicas,
      certificate,
      children,
    );

    const origin = `${scheme(tls)}://${address}:${restPort}`;
    const onNetwork = serviceAddresses(serviceName, modelName, tls);
    const serving = pulumi.all([replicas.id, balancers.id]);
    this.restUrl = onceServing(`${origin}/v1/models/${modelName}`, serving);
    this.modelUrls = onceServing(modelUrls(origin, modelName, resolved.server?.models), serving);
    this.grpcAddress = onceServing(grpcPort ? `${address}:${grpcPort}` : "", serving);
    this.networkName = network.name;
    this.networkId = network.id;
    this.networkRestUrl = onceServing(onNetwork.restUrl, serving);
    this.networkGrpcAddress = onceServing(onNetwork.grpcAddress, serving);
    this.caCertificate = caCertificate;
    this.replicaNames = replicas.name.apply((serviceName) => [serviceName]);
    this.registerOutputs({
      restUrl: this.restUrl,
      modelUrls: this.modelUrls,
      grpcAddress: this.grpcAddress,
      networkName: this.networkName,
      networkId: this.networkId,
      networkRestUrl: this.networkRestUrl,
      networkGrpcAddress: this.networkGrpcAddress,
      caCertificate: this.caCertificate,
      replicaNames: this.replicaNames,
    });
  }
}

/** Swarm hands the provider's login on to the nodes, so that they can pull. */
function childOptions(
  name: string,
  { registry, balancerImage }: ResolvedSwarmArgs,
  host: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.CustomResourceOptions {
  const further = dockerLogins([balancerImage]);
  const provider = registry?.username
    ? registryProvider(name, { ...registry, host }, parent, further)
    : undefined;
  return { parent, provider };
}

function createNetwork(
  name: string,
  { subnet, labels }: ResolvedSwarmArgs,
  parent: pulumi.Resource,
): docker.Network {
  return new docker.Network(
    name,
    {
      driver: "overlay",
      attachable: true,
      labels: dockerLabels("network", labels),
      ipamConfigs: subnet ? [{ subnet }] : undefined,
    },
    { parent, deleteBeforeReplace: false },
  );
}
