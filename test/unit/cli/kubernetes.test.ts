import * as path from "node:path";
import { describe, expect, it, vi } from "vitest";

import { age } from "../../../cli/targets/age";
import { connect, placeOf } from "../../../cli/targets/kubernetes/cluster";
import { podTable } from "../../../cli/targets/kubernetes/kubernetesTarget";
import { interruptedObjects } from "../../../cli/targets/kubernetes/objects";
import { isComplete, readPod, selectPods } from "../../../cli/targets/kubernetes/pods";
import type { Failure } from "../../../cli/output/failure";
import { wantedImages } from "../../../cli/setup/images";
import { loadKubeconfig } from "../../../components/kubernetes/cluster/kubeconfig";
import { kubeconfigFile, kubeconfigFor } from "../../support/fakeCluster";
import { temporaryFolder } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";

const now = Date.parse("2026-01-01T00:10:00Z");
const digest = `sha256:0123456789ab${"c".repeat(52)}`;

/** A pod as the API gives it, cut to what is read. */
function apiPod(name: string, part: string, status: object = {}, metadata: object = {}) {
  const image = `registry.example.com/tf_serving@${digest}`;
  return {
    metadata: {
      name,
      labels: { "app.kubernetes.io/component": part, "app.kubernetes.io/version": "7" },
      ...metadata,
    },
    spec: { nodeName: "node-1", containers: [{ name: part, image }] },
    status: {
      phase: "Running",
      startTime: new Date(now - 5 * 60_000),
      containerStatuses: [{ ready: true, restartCount: 2, state: { running: {} } }],
      ...status,
    },
  } as unknown as Parameters<typeof readPod>[0];
}

const pod = (...args: Parameters<typeof apiPod>) => readPod(apiPod(...args), now);

/** The status of a pod whose only container is in a state. */
const container = (state: object) => ({
  containerStatuses: [{ ready: false, restartCount: 3, state }],
});
const waiting = (reason: string) => container({ waiting: { reason } });

describe("a pod of a stack", () => {
  it("is shown by what it is for, where it is and what it runs, or why it does not", async () => {
    const unschedulable = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
    const pods = [
      pod("runs", "replica"),
      pod("starts-over-and-over", "replica", waiting("CrashLoopBackOff")),
      pod("has-no-image", "replica", { ...waiting("ImagePullBackOff"), phase: "Pending" }),
      pod("finds-no-node", "balancer", {
        ...{ phase: "Pending", containerStatuses: undefined, conditions: [unschedulable] },
      }),
      pod("ended", "replica", container({ terminated: { exitCode: 1, reason: "Error" } })),
      pod("evicted", "notebook", { phase: "Failed", reason: "Evicted", containerStatuses: [] }),
      pod("drains", "canary", {}, { deletionTimestamp: new Date(now) }),
    ];
    await expect(podTable(pods).join("\n")).toMatchFileSnapshot("snapshots/pods.txt");
  });

  it("is known by the end of its name, its container and whether it is well", () => {
    expect(pod("serving-replica-1a2b3c4-x7k2p", "replica")).toMatchObject({
      ...{ id: "x7k2p", container: "replica", well: true },
    });
  });

  it("has been there for a time in one unit", () => {
    const seconds = [45, 119, 3600, 3 * 3600, 50 * 3600];
    expect(seconds.map((s) => age(s * 1000)).join(" ")).toBe("45s 119s 60m 3h 2d");
  });
});

describe("logs are asked for", () => {
  const pods = [
    pod("serving-balancer-1-aaaaa", "balancer"),
    pod("serving-replica-1-bbbbb", "replica"),
    pod("serving-replica-1-ccccc", "replica"),
  ];

  it.each([
    [undefined, ["aaaaa", "bbbbb", "ccccc"]],
    ["replica", ["bbbbb", "ccccc"]],
    ["ccccc", ["ccccc"]],
    ["serving-replica-1-bbbbb", ["bbbbb"]],
    ["notebook", []],
  ])("of %s", (which, ids) => {
    expect(selectPods(pods, which).map(({ id }) => id)).toEqual(ids);
  });

  it("of nothing that there is", () => {
    expect(() => selectPods(pods, "ddddd")).toThrow(
      '"ddddd" is no part of a stack, and none of its pods.',
    );
  });
});

describe("all is well", () => {
  const replica = pod("r-1", "replica");
  const balancer = pod("b-1", "balancer");
  const ill = pod("r-2", "replica", { phase: "Pending", containerStatuses: [] });
  const leaving = pod("r-3", "replica", {}, { deletionTimestamp: new Date(now) });

  it.each([
    ["with enough ready pods", [balancer, replica], true],
    ["not with fewer replicas", [balancer], false],
    ["not without a balancer", [replica], false],
    ["not with one that does not run", [balancer, replica, ill], false],
    ["with one that leaves beside them", [balancer, replica, leaving], true],
    ["not with one that leaves in their place", [balancer, leaving], false],
  ])("%s", (_, pods, well) => {
    expect(isComplete(pods, 1)).toBe(well);
  });
});

describe("Pulumi's record", () => {
  const metadata = { name: "x", namespace: "team", labels: { "tfserving.stack": "p.dev" } };
  const type = "kubernetes:apps/v1:Deployment";
  const service = {
    urn: "urn::tf-model-serving",
    type: "kubernetes:core/v1:Service",
    inputs: { apiVersion: "v1", kind: "Service", metadata },
  };

  it("says where the objects of a stack are", () => {
    const resources = [
      { urn: "u", type: "pulumi:pulumi:Stack" },
      { urn: "u", type: "kubernetes:core/v1:Namespace", inputs: { metadata: { name: "team" } } },
      { urn: "u", type, inputs: { metadata } },
    ];
    const place = { namespace: "team", selector: "tfserving.stack=p.dev" };
    expect(placeOf({ resources })).toEqual(place);
    expect(placeOf({ pending_operations: [{ type: "creating", resource: service }] })).toEqual(
      place,
    );
    expect(placeOf({ resources: [] })).toBeUndefined();
    expect(placeOf(undefined)).toBeUndefined();
  });

  it("says what a killed update may have made without being on record", () => {
    const namespace = {
      ...service,
      type: "kubernetes:core/v1:Namespace",
      inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } },
    };
    const image = { urn: "u", type: "docker:index/remoteImage:RemoteImage", inputs: {} };
    expect(
      interruptedObjects({
        pending_operations: [
          { type: "creating", resource: service },
          { type: "updating", resource: { ...service, urn: "other" } },
          { type: "creating", resource: namespace },
          { type: "creating", resource: image },
        ],
      }),
    ).toEqual([{ apiVersion: "v1", kind: "Service", metadata: { name: "x", namespace: "team" } }]);
  });
});

describe("the kubeconfig of a command", () => {
  const load = async (choice: Parameters<typeof connect>[0] = {}) =>
    (await connect(choice, 1000, "k8s")).config;

  it("is the file that the stack names, with its context", async () => {
    const kubeconfig = kubeconfigFile("http://127.0.0.1:1", ["a", "b"]);
    const config = await load({ kubeconfig, context: "b" });
    expect(config.getCurrentContext()).toBe("b");
    expect(config.getCurrentUser()?.token).toBe("token-of-b");
  });

  it("may be its content", async () => {
    const config = await load({ kubeconfig: kubeconfigFor("https://192.0.2.1:6443") });
    expect(config.getCurrentCluster()?.server).toBe("https://192.0.2.1:6443");
  });

  it("is of several files that KUBECONFIG lists what the program takes, the first one's context", async () => {
    const prod = kubeconfigFile("https://192.0.2.1", ["prod", "shared"]);
    const dev = kubeconfigFile("https://192.0.2.2", ["dev", "shared"]);
    vi.stubEnv("KUBECONFIG", [prod, dev].join(path.delimiter));

    const [ofCommand, { config: ofProgram }] = await Promise.all([load(), loadKubeconfig({})]);
    expect(ofCommand.getCurrentContext()).toBe("prod");
    expect(ofCommand.getCurrentCluster()?.server).toBe("https://192.0.2.1");
    expect(JSON.parse(ofCommand.exportConfig())).toEqual(JSON.parse(ofProgram.exportConfig()));
    const shared = await load({ context: "shared" });
    expect(shared.getCurrentCluster()?.server).toBe("https://192.0.2.1");
  });

  it("is refused where it has no such context or cannot be read", async () => {
    const of = (...contexts: [string[], string?]) =>
      kubeconfigFor("https://192.0.2.1", ...contexts);
    const cases: Record<string, Parameters<typeof connect>[0]> = {
      "a file that is missing": { kubeconfig: "/no/such" },
      "what is none": { kubeconfig: "a: b: c\n" },
      "an unknown context": { kubeconfig: of(["a", "b"]), context: "c" },
      "no context at all": { kubeconfig: of(["a"], "") },
    };
    const text = await refusals(cases, (choice) =>
      load(choice).then(
        () => [],
        ({ message, advice }: Failure) => [message.split("\n")[0], advice],
      ),
    );
    await expect(text).toMatchFileSnapshot("snapshots/kubeconfig-refused.txt");
  });

  it("is asked for where there is none", async () => {
    vi.stubEnv("KUBECONFIG", undefined);
    vi.stubEnv("HOME", temporaryFolder());
    await expect(load()).rejects.toMatchObject({
      message: expect.stringContaining("there is no kubeconfig") as string,
      advice: expect.stringContaining("or set KUBECONFIG") as string,
    });
  });
});

it("the engine of this machine needs only the image that is built upon", () => {
  const settings: Record<string, unknown> = { target: "kubernetes", baseImage: "base" };
  const none = () => undefined;
  const stack = { setting: (key: string) => settings[key], explicit: none, last: none };
  const wanted = wantedImages(stack, {}, none);
  expect(wanted.map(({ key }) => key)).toEqual(["baseImage"]);
});
