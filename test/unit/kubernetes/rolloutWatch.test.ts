import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { RolloutWatch } from "../../../components/kubernetes/release/rolloutWatch";
import { FakeCluster } from "./fakeRollout";
import { of } from "./liveDeployment";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function serving(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.release("good");
  cluster.complete();
  cluster.start("old-1");
  return cluster;
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

/** Watches a release whose only new pod ends. */
async function badRelease(cluster: FakeCluster, exitCode = 1): Promise<RolloutWatch> {
  const watch = await cluster.watch();
  cluster.release("bad");
  cluster.start("new-1", exitCode);
  await seconds(2);
  return watch;
}

describe("the watch of a release", () => {
  it("takes an update back whose pod ends, with the pod's last lines", async () => {
    const cluster = serving();
    const watch = await badRelease(cluster, 255);
    const { manager, operation, body } = cluster.undone[0];
    expect({ manager, operation }).toEqual({
      manager: "pulumi-kubernetes-1a2b",
      operation: "Apply",
    });
    expect(body).toMatchObject({
      metadata: { ...of, annotations: { "tfserving.release": "undone" } },
      spec: { replicas: 2, image: "good" },
    });
    expect(await watch.end()).toBe(
      "The new replica new-1 ended with code 255 before it was ready. It said:\n" +
        "    Loading\n    supervisor: the server exited with code 255\n" +
        "What was served before is served on.",
    );
    expect(cluster.undone).toHaveLength(1);
  });

  it("leaves a Deployment without pods that was just created", async () => {
    const cluster = new FakeCluster();
    const watch = await badRelease(cluster);
    expect(cluster.undone).toMatchObject([{ body: { spec: { replicas: 0, image: "bad" } } }]);
    expect(await watch.end()).toMatch(/the Deployment models\/model has no pods now\.$/);
  });

  it("waits until the Deployment is complete, however early the provider has ended", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("good too");
    const ended = vi.fn();
    const end = watch.complete().finally(ended);
    await seconds(30);
    expect(ended).not.toHaveBeenCalled();
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

  const givenUp = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };

  it("takes an update back that the Deployment's controller has given up", async () => {
    const cluster = serving();
    const watch = await cluster.watch();
    cluster.release("stuck");
    cluster.live!.status!.conditions = [givenUp];
    expect(await watch.end()).toMatch(/^The Deployment models\/model has made no progress/);
  });

  it("takes no update for given up that the controller has not judged yet", async () => {
    const cluster = serving();
    const before = { ...givenUp, lastUpdateTime: "1" };
    cluster.live!.status!.conditions = [before];
    const watch = await cluster.watch();
    cluster.release("good too");
    cluster.live!.status!.conditions = [before];
    await seconds(2);
    cluster.complete();
    expect(await watch.complete()).toBeUndefined();
    expect(cluster.undone).toEqual([]);
  });

  it("goes back to the newest template that serves, where an update before broke off", async () => {
    const cluster = serving();
    cluster.release("broken, and its update killed");
    cluster.available = { "1": { spec: "of the good release" } };
    const watch = await badRelease(cluster);
    const template = { metadata: { labels: { app: "model" } }, spec: "of the good release" };
    expect(cluster.undone).toMatchObject([{ body: { spec: { template } } }]);
    expect(JSON.stringify(cluster.undone)).not.toContain("pod-template-hash");
    await watch.end();
  });

  it("says so where nothing was available before", async () => {
    const cluster = serving();
    cluster.live!.status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2 };
    const watch = await badRelease(cluster);
    expect(await watch.end()).toMatch(
      /is as it was before, when none of its pods was available\.$/,
    );
  });

  it.each<[string, (cluster: FakeCluster) => void]>([
    [
      "whose pods may serve",
      (cluster) => {
        cluster.release("good too");
        cluster.start("new-1");
      },
    ],
    ["that has not come: a pod of the old ends", (cluster) => cluster.start("old-2", 1)],
    [
      "that the Deployment's controller has not seen",
      (cluster) => {
        cluster.release("bad");
        cluster.live!.status = { observedGeneration: 1 };
        cluster.start("new-1", 1);
      },
    ],
  ])("leaves an update alone %s", async (_, happens) => {
    const cluster = serving();
    const watch = await cluster.watch();
    happens(cluster);
    await seconds(30);
    expect(await watch.end()).toBeUndefined();
    expect(cluster.undone).toEqual([]);
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
    cluster.owned = [];
    cluster.release("good");
    const watch = await badRelease(cluster);
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
    const watch = await badRelease(cluster);
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
