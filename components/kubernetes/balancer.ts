import * as core from "@pulumi/kubernetes/core/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { configFolder } from "@tf-model-serving/core/internal/serving/balancer/callers";
import {
  configFile,
  type ServedCertificate,
} from "@tf-model-serving/core/internal/serving/balancer/files";
import { balancerCpus } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { balancerCommand } from "@tf-model-serving/core/internal/serving/balancer/script";
import { balancerMemoryMb } from "@tf-model-serving/core/internal/serving/balancer/size";
import { longestMs, requestTimes } from "@tf-model-serving/core/internal/serving/requestTimes";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { createBalancerFiles, filesVolume, replicaPlace } from "./balancerFiles";
import { labelsFor, selectorFor } from "./labels";
import { metadataOf, withoutAwait } from "./metadata";
import { restrictedContainer, restrictedPod, temporaryFiles, temporaryMount } from "./podSecurity";
import { containerPort, portNames, servicePort } from "./network/portNames";
import { pulling } from "./podPlacement";
import { createGuardedDeployment } from "./release/guardedDeployment";
import { spreadOver } from "./spread";

const containerName = "haproxy";

// User of Docker Hub's image.
const haproxyUser = 99;
const temporaryMb = 4;
/** How long a balancer that has found no replica is not ready. */
const aloneSeconds = 15;
// Until no node sends it connections any more; meanwhile it takes them.
const leaveSeconds = 10;
// After the last call, until it is killed.
const marginSeconds = 5;

/**
 * The balancers, under the Service that clients call.
 *
 * A changed configuration is another ConfigMap, and so other pods: one more starts, and when it is
 * ready an old one takes connections until no node sends any, answers its calls and ends. Releases
 * and scaling do not change it.
 *
 * @param served - the service's certificate. @default - none, or that of `tls.secretName`
 * @returns what is known once they take requests
 */
export function createBalancers(
  name: string,
  args: ResolvedKubernetesArgs,
  served: ServedCertificate | undefined,
  parent: pulumi.Resource,
): pulumi.Output<unknown> {
  const place = replicaPlace(args, aloneSeconds);
  const files = createBalancerFiles(name, args, place, served, parent);
  const { deployment, guard } = createGuardedDeployment(
    `${name}-balancer`,
    {
      ...args,
      ...{ part: "balancer", container: containerName, stopGraceSeconds: graceSeconds(args) },
    },
    args.balancers,
    renderBalancers(args, files),
    parent,
  );
  const { serviceName } = args;
  const service = new core.Service(
    name,
    {
      metadata: {
        ...metadataOf("balancer", args),
        name: serviceName,
        annotations: withoutAwait,
      },
      spec: {
        type: "ClusterIP",
        selector: selectorFor("balancer", serviceName),
        ports: [servicePort("rest"), servicePort("grpc")],
      },
    },
    { parent },
  );
  return pulumi.all([guard.passed(deployment.id), service.id]);
}

/** How long a balancer may take to stop. */
function graceSeconds(args: ResolvedKubernetesArgs): number {
  return leaveSeconds + Math.ceil(longestMs(requestTimes(args)) / 1000) + marginSeconds;
}

function renderBalancers(args: ResolvedKubernetesArgs, files: k8s.core.v1.Volume) {
  const { serviceName, balancers, priorityClass } = args;
  return {
    replicas: balancers,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      metadata: { labels: labelsFor("balancer", args) },
      spec: {
        ...restrictedPod(haproxyUser),
        ...pulling(args),
        ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
        topologySpreadConstraints: spreadOver("balancer", serviceName),
        terminationGracePeriodSeconds: graceSeconds(args),
        containers: [renderContainer(args)],
        volumes: [temporaryFiles(temporaryMb), files],
      },
    },
  };
}

function renderContainer(args: ResolvedKubernetesArgs): k8s.core.v1.Container {
  const ask = (path: string) => ({ path, port: portNames.statistics });
  return {
    name: containerName,
    image: args.balancerImage,
    imagePullPolicy: "IfNotPresent",
    command: balancerCommand(),
    env: [{ name: "BALANCER_CONFIG_FILE", value: `${configFolder}/${configFile}` }],
    ports: [containerPort("rest"), containerPort("grpc"), containerPort("statistics")],
    resources: {
      requests: { cpu: "100m", memory: "64Mi" },
      limits: { cpu: String(balancerCpus), memory: `${balancerMemoryMb(args)}Mi` },
    },
    readinessProbe: {
      httpGet: ask("/ready"),
      periodSeconds: 1,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: ask("/live"),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    lifecycle: { preStop: { sleep: { seconds: leaveSeconds } } },
    securityContext: restrictedContainer,
    volumeMounts: [temporaryMount, { name: filesVolume, mountPath: configFolder, readOnly: true }],
  };
}
