// One guarded Deployment whose pods need no model.
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { inspectCluster } from "@tf-model-serving/kubernetes";
import {
  type GuardedRelease,
  ReleaseGuard,
} from "../../../../components/kubernetes/release/releaseGuard";
import { guardedAnnotations } from "../../../../components/kubernetes/release/wantedRelease";

const config = new pulumi.Config();
const labels = { app: "guarded" };

class Guarded extends pulumi.ComponentResource {
  readonly deployment: apps.Deployment;

  constructor(cluster: GuardedRelease["cluster"]) {
    super("guard-project:index:Guarded", "guarded");
    const release = {
      ...{ cluster, part: "replica", container: "server" },
      ...{ startTimeoutSeconds: 10, stopGraceSeconds: 1 },
      schedulingTimeoutSeconds: config.getNumber("schedulingTimeoutSeconds") ?? 60,
    };
    const files = new core.ConfigMap(
      "files",
      { data: { Corefile: ".:5353 {\n  errors\n}\n" } },
      { parent: this },
    );
    const guard = new ReleaseGuard("guarded", release, this);
    this.deployment = new apps.Deployment(
      "guarded",
      {
        metadata: {
          labels,
          annotations: guardedAnnotations(cluster, { namespace: "default", labels }),
        },
        spec: {
          replicas: config.getNumber("replicas"),
          selector: { matchLabels: labels },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels, annotations: config.getObject("annotations") },
            spec: {
              terminationGracePeriodSeconds: 0,
              nodeSelector: config.getObject("nodeSelector"),
              containers: [
                {
                  name: "server",
                  image: "tfserving.test/system:1",
                  imagePullPolicy: "Never",
                  command: config.requireObject("command"),
                  // Without a probe, a process that ends at once is ready for the moment it lives.
                  readinessProbe: { tcpSocket: { port: 5353 }, periodSeconds: 1 },
                  volumeMounts: [{ name: "files", mountPath: "/etc/coredns" }],
                },
              ],
              volumes: [{ name: "files", configMap: { name: files.metadata.name } }],
            },
          },
        },
      },
      // How long Pulumi waits for a release that cannot be taken back.
      { parent: this, customTimeouts: { create: "60s", update: "60s" }, ...guard.options },
    );
    this.registerOutputs({});
  }
}

export = async () => {
  const { deployment } = new Guarded(await inspectCluster());
  return { name: deployment.metadata.name };
};
