import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { LiveObject } from "../../../components/kubernetes/cluster/appliedConfiguration";
import type { Pod } from "../../../components/kubernetes/release/podVerdict";
import type { RolloutApi } from "../../../components/kubernetes/release/rolloutApi";
import { RolloutWatch } from "../../../components/kubernetes/release/rolloutWatch";
import type { Undo } from "../../../components/kubernetes/release/undo";

const of = { namespace: "models", name: "model" };
const selector = { "app.kubernetes.io/instance": "model" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A cluster with one Deployment, whose releases the test makes. */
class FakeCluster implements RolloutApi {
  live?: LiveObject;
  running: Pod[] = [];
  undone: Undo[] = [];
  /** Templates whose pods are available, by revision. */
  available: Record<string, object> = {};
  said = "Loading\nsupervisor: the server exited with code 255\n";
  warnings: string[] = [];

  release(image: string, creator: string[] = ["f:selector"]): void {
    const generation = (this.live?.metadata.generation ?? 0) + 1;
    this.live = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        ...of,
        uid: "deployment-1",
        generation,
        annotations: {
          "deployment.kubernetes.io/revision": String(generation),
          "tfserving.release": "wanted",
        },
        managedFields: [
          {
            manager: "pulumi-kubernetes-1a2b",
            operation: "Apply",
            fieldsV1: {
              "f:metadata": { "f:annotations": { "f:tfserving.release": {} } },
              "f:spec": Object.fromEntries(
                ["f:replicas", "f:image", ...creator].map((f) => [f, {}]),
              ),
            },
          },
        ],
      },
      spec: { replicas: 2, selector: { matchLabels: selector }, image },
      // What the controller has seen of it, and not done yet.
      status: { observedGeneration: generation, replicas: 3, updatedReplicas: 1 },
    };
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

function serving(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.release("good");
  cluster.complete();
  cluster.start("old-1");
  return cluster;
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

describe("the watch of a release", () => {
  it("takes an update back whose pod ends, with the pod's last lines", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("bad");
    cluster.start("new-1", 255);
    await seconds(2);
    expect(cluster.undone).toEqual([
      {
        manager: "pulumi-kubernetes-1a2b",
        operation: "Apply",
        body: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { ...of, annotations: { "tfserving.release": "undone" } },
          spec: { replicas: 2, selector: { matchLabels: selector }, image: "good" },
        },
      },
    ]);
    expect(await watch.end()).toBe(
      "The new replica new-1 ended with code 255 before it was ready. It said:\n" +
        "    Loading\n    supervisor: the server exited with code 255\n" +
        "What was served before is served on.",
    );
  });

  it("leaves a Deployment without pods that was just created", async () => {
    const cluster = new FakeCluster();
    const watch = await cluster.watch();
    cluster.release("bad");
    cluster.start("new-1", 1);
    await seconds(2);
    expect(cluster.undone).toMatchObject([
      {
        body: {
          metadata: { annotations: { "tfserving.release": "undone" } },
          spec: { replicas: 0, image: "bad" },
        },
      },
    ]);
    expect(await watch.end()).toMatch(/the Deployment models\/model has no pods now\.$/);
  });

  it("leaves an update alone whose pods may serve", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("good too");
    cluster.start("new-1");
    await seconds(30);
    expect(await watch.end()).toBeUndefined();
    expect(cluster.undone).toEqual([]);
  });

  it("waits until the Deployment is complete, however early the provider has ended", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("good too");
    let ended = false;
    const end = watch.complete().then((failure) => {
      ended = true;
      return failure;
    });
    await seconds(30);
    expect(ended).toBe(false);
    cluster.complete();
    await seconds(2);
    expect(await end).toBeUndefined();
  });

  it("takes an update back whose pod ends after the provider has ended", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("bad");
    const end = watch.complete();
    await seconds(5);
    cluster.start("new-1", 255);
    await seconds(2);
    expect(await end).toMatch(
      /^The new replica new-1 ended.*What was served before is served on\.$/s,
    );
    expect(cluster.undone).toHaveLength(1);
  });

  it("waits for nothing where an update changes labels alone", async () => {
    const cluster = serving();
    cluster.live!.status = { observedGeneration: 1, replicas: 1 };
    const watch = await cluster.watch();
    expect(await watch.complete()).toBeUndefined();
  });

  it("takes an update back that stands still for longer than the Deployment allows", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("stuck");
    cluster.live!.spec.progressDeadlineSeconds = 60;
    const end = watch.complete();
    await seconds(62);
    expect(await end).toBe(
      "The Deployment models/model has made no progress for 60 s: of 2 pods, 1 are new and 0 are " +
        "available.\nWhat was served before is served on.",
    );
    expect(cluster.undone).toMatchObject([{ body: { spec: { image: "good" } } }]);
  });

  it("takes an update back that the Deployment's controller has given up", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("stuck");
    cluster.live!.status!.conditions = [
      { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
    ];
    expect(await watch.end()).toMatch(/^The Deployment models\/model has made no progress/);
  });

  it("takes no update for given up that the controller has not judged yet", async () => {
    const cluster = serving();
    const givenUp = {
      type: "Progressing",
      reason: "ProgressDeadlineExceeded",
      lastUpdateTime: "1",
    };
    cluster.live!.status!.conditions = [givenUp];
    const watch = await cluster.watch();
    cluster.release("good too");
    cluster.live!.status!.conditions = [givenUp];
    await seconds(2);
    cluster.complete();
    expect(await watch.complete()).toBeUndefined();
    expect(cluster.undone).toEqual([]);
  });

  it("goes back to the newest template that serves, where an update before broke off", async () => {
    const cluster = serving();
    cluster.release("broken, and its update killed");
    cluster.available = { "1": { spec: "of the good release" } };
    const watch = await cluster.watch();
    cluster.release("bad");
    cluster.start("new-1", 1);
    await seconds(2);
    expect(cluster.undone).toMatchObject([
      {
        body: {
          spec: {
            template: { metadata: { labels: { app: "model" } }, spec: "of the good release" },
          },
        },
      },
    ]);
    expect(JSON.stringify(cluster.undone)).not.toContain("pod-template-hash");
    await watch.end();
  });

  it("says so where nothing was available before", async () => {
    const cluster = serving();
    cluster.live!.status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2 };
    const watch = await cluster.watch();
    cluster.release("bad");
    cluster.start("new-1", 1);
    await seconds(2);
    expect(await watch.end()).toMatch(
      /is as it was before, when none of its pods was available\.$/,
    );
  });

  it("does not judge before the update has come", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.start("crashed-of-the-old", 1);
    await seconds(30);
    expect(await watch.end()).toBeUndefined();
  });

  it("does not judge before the Deployment's controller has seen the update", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("bad");
    cluster.live!.status = { observedGeneration: 1 };
    cluster.start("new-1", 1);
    await seconds(30);
    expect(await watch.end()).toBeUndefined();
  });

  it("does not judge pods that were there before, in an update that scales", async () => {
    const cluster = new FakeCluster();
    cluster.release("good");
    cluster.start("crashed-once", 1);
    const [{ metadata }] = cluster.running;
    const watch = await cluster.watch();
    cluster.release("good");
    metadata!.labels = { hash: "2" };
    await seconds(30);
    expect(await watch.end()).toBeUndefined();
  });

  it("tells how to go back where it is unknown who applied what", async () => {
    const cluster = new FakeCluster();
    cluster.release("good", []);
    const watch = await cluster.watch();
    cluster.release("bad", []);
    cluster.start("new-1", 1);
    await seconds(2);
    expect(await watch.end()).toMatch(/kubectl rollout undo deployment\/model -n models$/);
    expect(cluster.undone).toEqual([]);
  });

  it("tells what it may not read, and that it may not go back", async () => {
    const cluster = serving();
    const refused = (what: string) => async () => {
      const body = JSON.stringify({ message: `${what} is forbidden` });
      throw Object.assign(new Error("HTTP-Code: 403"), { code: 403, body });
    };
    cluster.lastLines = refused("pods/log");
    cluster.undo = refused("deployments");
    const watch = await cluster.watch();
    cluster.release("bad");
    cluster.start("new-1", 1);
    await seconds(2);
    expect(await watch.end()).toBe(
      "The new replica new-1 ended with code 1 before it was ready. What it said cannot be read: " +
        "pods/log is forbidden\n" +
        "The Deployment models/model cannot be taken back: deployments is forbidden. " +
        "To go back: kubectl rollout undo deployment/model -n models",
    );
    expect(cluster.warnings).toEqual([
      expect.stringMatching(/cannot be taken back.*Pulumi goes on waiting until its timeout\.$/s),
    ]);
  });

  it("goes on after an answer that failed, and warns once", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    const { pods } = cluster;
    cluster.release("bad");
    cluster.start("new-1", 1);
    cluster.pods = () => Promise.reject(new Error("connect ECONNREFUSED"));
    await seconds(5);
    cluster.pods = pods;
    await seconds(2);
    expect(await watch.end()).toMatch(/^The new replica new-1 ended/);
    expect(cluster.warnings).toEqual([
      "Cannot watch Deployment models/model: connect ECONNREFUSED",
    ]);
  });
});
