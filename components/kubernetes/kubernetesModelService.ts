import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { warnOf } from "@tf-model-serving/core/internal/arguments/warnOf";
import { oldNameNotes } from "@tf-model-serving/core/internal/serving/checkReplicas";
import { scheme, serviceAddresses } from "@tf-model-serving/core/internal/serving/addresses";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { namesOfService } from "@tf-model-serving/core/internal/serving/edge/selfSigned";
import { servedBy } from "@tf-model-serving/core/internal/serving/edge/served";
import { onceServing } from "@tf-model-serving/core/internal/stack/onceServing";
import { modelUrls } from "@tf-model-serving/core/internal/tfserving/modelStatus";
import { createAutoscaling } from "./autoscaling";
import { createBalancers } from "./balancer";
import {
  checkKubernetesModelService,
  kubernetesServiceWarnings,
} from "./checkKubernetesModelService";
import { createDisruptionBudgets } from "./disruption";
import {
  KubernetesModelServiceArgs,
  ResolvedKubernetesArgs,
  resolveKubernetesModelServiceArgs,
} from "./kubernetesModelServiceArgs";
import { createNetworkPolicies } from "./network/networkPolicies";
import { createPodMonitor } from "./podMonitor";
import { renderPortForward } from "./portForward";
import { canaryReplicas, createReplicas, mainReplicas } from "./replicas";
import { revisionOf } from "./release/rolloutStatus";
import { createRoutes } from "./network/routes";
import { serviceHost } from "./serviceNames";

/**
 * Replicas of a serving image in a Kubernetes cluster behind HAProxy, with REST and gRPC on one
 * Service.
 *
 * A release loses no request: new replicas join the balancers' rotation before old ones leave it,
 * and an old one leaves it before it stops. A release whose replicas cannot serve fails the update,
 * and the one before serves on. A canary gives a part of the requests to another version.
 * The addresses among the outputs are known once the release serves.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class KubernetesModelService extends pulumi.ComponentResource {
  /** Base URL of the model for REST in the cluster: `http://HOST:PORT/v1/models/NAME`, or https with `tls`. */
  public readonly restUrl: pulumi.Output<string>;
  /** Base URL for REST by model, of several models (`server.models`) each. */
  public readonly modelUrls: pulumi.Output<Record<string, string>>;
  /** Address for gRPC in the cluster, `HOST:PORT`. */
  public readonly grpcAddress: pulumi.Output<string>;
  /** Name of the Service that clients call. */
  public readonly serviceName: pulumi.Output<string>;
  /** Namespace of everything. */
  public readonly namespace: pulumi.Output<string>;
  /** Name of the Deployment that the replicas are pods of and its revision, once they serve. */
  public readonly replicaNames: pulumi.Output<string[]>;
  /** Certificate in PEM that clients have to trust (`tls.selfSigned`); empty where there is none. */
  public readonly caCertificate: pulumi.Output<string>;
  /** Command that brings the Service to ports 8501 and 8500 of this machine while it runs. */
  public readonly portForwardCommand: pulumi.Output<string>;

  constructor(
    name: string,
    args: KubernetesModelServiceArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const resolved = resolveKubernetesModelServiceArgs(args);
    refuse("KubernetesModelService", name, checkKubernetesModelService(resolved));
    super(
      "tfserving-kubernetes:index:KubernetesModelService",
      name,
      {},
      formerTypes(opts, "KubernetesModelService"),
    );
    warnOf(this, [...oldNameNotes(args), ...kubernetesServiceWarnings(resolved)]);

    const replicas = createReplicas(name, resolved, mainReplicas(resolved), this);
    canaryReplicas(resolved).forEach((set) => createReplicas(name, resolved, set, this));
    const { modelName, serviceName, clusterDomain, server, tls } = resolved;
    const { certificate, caCertificate } = servedBy(name, tls, certificateNames(resolved), this);
    const balancers = createBalancers(name, resolved, certificate, this);
    createAutoscaling(name, resolved, replicas.name, this);
    createDisruptionBudgets(name, resolved, this);
    createNetworkPolicies(name, resolved, this);
    createRoutes(name, resolved, this);
    createPodMonitor(name, resolved, this);

    const serving = pulumi.all([replicas.serving, balancers]);
    const host = onceServing(resolved.namespace, serving).apply((namespace) =>
      serviceHost(serviceName, namespace, clusterDomain),
    );
    this.restUrl = host.apply((host) => serviceAddresses(host, modelName, tls).restUrl);
    this.modelUrls = host.apply((host) =>
      modelUrls(`${scheme(tls)}://${host}:${ports.rest}`, modelName, server?.models),
    );
    this.grpcAddress = host.apply((host) => serviceAddresses(host, modelName).grpcAddress);
    this.serviceName = pulumi.output(serviceName);
    this.namespace = pulumi.output(resolved.namespace);
    this.caCertificate = caCertificate;
    this.replicaNames = runningRevision(replicas.serving);
    this.portForwardCommand = portForward(resolved);
    this.registerOutputs({
      restUrl: this.restUrl,
      modelUrls: this.modelUrls,
      grpcAddress: this.grpcAddress,
      serviceName: this.serviceName,
      namespace: this.namespace,
      caCertificate: this.caCertificate,
      replicaNames: this.replicaNames,
      portForwardCommand: this.portForwardCommand,
    });
  }
}

/** Every name that a Service has in its cluster. */
function certificateNames({ serviceName, namespace, clusterDomain }: ResolvedKubernetesArgs) {
  const { hosts, ips } = namesOfService(serviceName);
  const known = pulumi.output(namespace);
  const longer = [
    known.apply((place) => `${serviceName}.${place}`),
    known.apply((place) => `${serviceName}.${place}.svc`),
    known.apply((place) => serviceHost(serviceName, place, clusterDomain)),
  ];
  return { hosts: [...hosts, ...longer], ips };
}

/** The Deployment controller counts releases in an annotation, as `kubectl rollout history` shows. */
function runningRevision(metadata: apps.Deployment["metadata"]): pulumi.Output<string[]> {
  return metadata.apply((metadata) => {
    const { name } = metadata;
    const revision = revisionOf({ metadata });
    return [revision === undefined ? name : `${name}@${revision}`];
  });
}

function portForward({
  serviceName,
  namespace,
  cluster,
}: ResolvedKubernetesArgs): pulumi.Output<string> {
  const same = [ports.rest, ports.grpc].map((port) => [port, port]);
  return pulumi
    .output(namespace)
    .apply((namespace) =>
      renderPortForward({ cluster, namespace, service: serviceName, ports: same }),
    );
}
