import type { LiveObject } from "../../../components/kubernetes/cluster/appliedConfiguration";
import type { Pod } from "../../../components/kubernetes/release/podVerdict";
import type { RolloutApi } from "../../../components/kubernetes/release/rolloutApi";
import { RolloutWatch } from "../../../components/kubernetes/release/rolloutWatch";
import type { Undo } from "../../../components/kubernetes/release/undo";
import { liveDeployment, of } from "./liveDeployment";

const selector = { "app.kubernetes.io/instance": "model" };

/** A cluster with one Deployment, whose releases the test makes. */
export class FakeCluster implements RolloutApi {
  live?: LiveObject;
  running: Pod[] = [];
  undone: Undo[] = [];
  /** What the field manager owns beside what a release changes. */
  owned = ["f:selector"];
  /** Templates whose pods are available, by revision. */
  available: Record<string, object> = {};
  said = "Loading\nsupervisor: the server exited with code 255\n";
  warnings: string[] = [];

  release(image: string): void {
    const owned = ["f:replicas", "f:image", ...this.owned];
    const generation = (this.live?.metadata.generation ?? 0) + 1;
    const fieldsV1 = {
      "f:metadata": { "f:annotations": { "f:tfserving.release": {} } },
      "f:spec": Object.fromEntries(owned.map((field) => [field, {}])),
    };
    const annotations = {
      "deployment.kubernetes.io/revision": String(generation),
      "tfserving.release": "wanted",
    };
    const managedFields = [{ manager: "pulumi-kubernetes-1a2b", operation: "Apply", fieldsV1 }];
    this.live = liveDeployment(
      { generation, annotations, managedFields },
      { replicas: 2, selector: { matchLabels: selector }, image },
      // What the controller has seen of it, and not done yet.
      { observedGeneration: generation, replicas: 3, updatedReplicas: 1 },
    );
  }

  complete(): void {
    const counts = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    this.live!.status = { observedGeneration: this.live!.metadata.generation, ...counts };
  }

  start(name: string, exitCode?: number): void {
    const state =
      exitCode === undefined ? { running: {} } : { terminated: { exitCode, reason: "Error" } };
    this.running.push({
      metadata: { name, uid: name, labels: { hash: this.hash() } },
      status: {
        conditions: [{ type: "PodScheduled", status: "True" }],
        containerStatuses: [
          { name: "server", state, image: "", imageID: "", ready: false, restartCount: 0 },
        ],
      },
    });
  }

  deployment = async () => this.live;
  deployments = async () => (this.live ? [this.live] : []);
  replicaSets = async () =>
    [this.hash(), ...Object.keys(this.available)].map((revision) => ({
      metadata: {
        name: revision,
        ownerReferences: [{ apiVersion: "", kind: "", name: "", uid: "deployment-1" }],
        annotations: { "deployment.kubernetes.io/revision": revision },
        labels: { "pod-template-hash": revision },
      },
      status: { replicas: 1, availableReplicas: this.available[revision] ? 1 : 0 },
    }));
  template = async (name: string) => ({
    metadata: { labels: { app: "model", "pod-template-hash": name } },
    ...this.available[name],
  });
  pods = async (_: string, labels: Record<string, string>) =>
    this.running.filter(({ metadata }) =>
      [undefined, metadata?.labels?.hash].includes(labels["pod-template-hash"]),
    );
  lastLines = async () => this.said;
  undo = async (undo: Undo) => void this.undone.push(undo);
  holdReplicas = async () => undefined;

  watch(): Promise<RolloutWatch> {
    const warn = (message: string) => void this.warnings.push(message);
    return RolloutWatch.open(this, of, {
      part: "replica",
      container: "server",
      startTimeoutSeconds: 40,
      schedulingTimeoutSeconds: 600,
      stopGraceSeconds: 15,
      warn,
    });
  }

  private hash(): string {
    return String(this.live?.metadata.generation);
  }
}
