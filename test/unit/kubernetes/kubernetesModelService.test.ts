import * as k8s from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import { ReleaseStrategy } from "@tf-model-serving/core";
import { KubernetesModelService, KubernetesModelServiceArgs } from "@tf-model-serving/kubernetes";
import { renderBalancerConfig } from "../../../components/core/serving/balancer/config";
import { edgeOf } from "../../../components/core/serving/edge/edge";
import { renderServer } from "../../../components/core/tfserving/serverOptions";
import {
  isKnown,
  promiseOf,
  type Recording,
  type Registration,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";
import { rendered } from "../../support/rendered";
import { canary, cluster, everything, otherwise, required } from "./kubernetesEdges";

type Args = Partial<KubernetesModelServiceArgs>;
type Inputs = Record<string, unknown>;

const component = "tfserving-kubernetes:index:KubernetesModelService";
const deployment = "kubernetes:apps/v1:Deployment";
const configMap = "kubernetes:core/v1:ConfigMap";

/** Something whose id is not known before the update. */
class Made extends pulumi.CustomResource {
  constructor(name: string) {
    super("test:index:Made", name, {});
  }
}

/** A service named "serving" and what it registered. */
async function create(
  args: () => Args = () => ({}),
  options: Parameters<typeof startMocks>[0] = {},
): Promise<{ service: KubernetesModelService; recording: Recording }> {
  const recording = await startMocks(options);
  const provider = new k8s.Provider("cluster");
  const service = new KubernetesModelService("serving", { ...required, ...args() }, { provider });
  await settle();
  return { service, recording };
}

/** The Deployment of a part. */
async function deployed(part: string, args: Args = {}): Promise<Registration> {
  return (await create(() => args)).recording.find(deployment, `serving-${part}`);
}

function spec({ inputs }: Registration): Inputs {
  return inputs.spec as Inputs;
}

/** The pod that a Deployment makes. */
function pod(registration: Registration): Inputs {
  return (spec(registration).template as Record<string, Inputs>).spec;
}

/** What lies in a volume of several sources. */
interface Projected {
  sources: { secret: { name: string; items: object[] } }[];
}

/** The only container of that pod. */
function container(registration: Registration): Inputs {
  return (pod(registration).containers as Inputs[])[0];
}

function variables(registration: Registration): Record<string, string> {
  const env = container(registration).env as { name: string; value: string }[];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

function config(recording: Recording): string {
  const { data } = recording.find(configMap).inputs as { data: Record<string, string> };
  return data["haproxy.cfg"];
}

describe("the objects of a service on Kubernetes", () => {
  it.each<[string, Args, string]>([
    ["with the settings that have no default", {}, "service.yaml"],
    [
      "with a canary, routes, metrics, autoscaling, GPUs and a model volume",
      everything,
      "service-everything.yaml",
    ],
    ["in place, with every choice made in another way", otherwise, "service-otherwise.yaml"],
  ])("%s", async (_, args, file) => {
    const { recording } = await create(() => args);
    const objects = rendered(recording.resources, "kubernetes");
    await expect(objects).toMatchFileSnapshot(`snapshots/${file}`);
  });

  it("are all below it, with its provider", async () => {
    const { recording } = await create(() => everything);
    for (const child of recording.resources.filter(({ parent }) => parent !== "")) {
      expect(child).toMatchObject({
        parent: urn(component, "serving"),
        provider: urn("pulumi:providers:kubernetes", "cluster"),
      });
    }
  });

  it("wait for nothing but the ConfigMap: a rollout of either Deployment needs the other's pods", async () => {
    const { recording } = await create();
    const configured = urn(configMap, "serving-balancer", component);
    expect(recording.find(deployment, "serving-replica").dependencies).toEqual([]);
    expect(recording.find(deployment, "serving-balancer").dependencies).toEqual([configured]);
  });

  it("are named by Pulumi, but for what others call by name", async () => {
    const { recording } = await create(() => ({ canary }));
    const names = recording.resources.map(({ inputs }) => (inputs.metadata as Inputs)?.name);
    expect(names.filter(Boolean).sort()).toEqual(["flowers", "flowers-canary", "flowers-replicas"]);
  });

  it("are no NetworkPolicies where they are not wanted", async () => {
    const { recording } = await create(() => ({ canary, network: { policies: false } }));
    expect(recording.resources.some(({ type }) => type.endsWith("NetworkPolicy"))).toBe(false);
  });
});

describe("the balancers", () => {
  it("find the replicas by their Service, and a canary for its share by its own", async () => {
    const { recording } = await create(() => ({ canary }));
    const canaryReplicas = { modelName: "flowers", version: "8", percent: 10 };
    expect(config(recording)).toBe(
      renderBalancerConfig({
        replicaAlias: "flowers-replicas.models.svc.cluster.local",
        times: { restMs: 31_000, grpcMs: 60_000 },
        edge: edgeOf({ cpus: 1 }),
        pods: { balancers: 2, aloneSeconds: 15 },
        canary: { alias: "flowers-canary.models.svc.cluster.local", ...canaryReplicas },
      }),
    );
  });

  it.each<[Args, number]>([
    [{ server: { restApiTimeoutMs: 90_000 } }, 91],
    [{ grpcTimeoutSeconds: 180 }, 180],
  ])("have time for the longest request before they are killed: %j", async (args, seconds) => {
    const balancers = await deployed("balancer", args);
    expect(pod(balancers).terminationGracePeriodSeconds).toBe(10 + seconds + 5);
  });

  it("tell replicas how many of them there are", async () => {
    const { recording } = await create(() => ({ balancers: 3 }));
    expect(config(recording)).toContain("uri /readyz?balancers=3\n");
  });

  it("have the certificate of a Secret that somebody else renews, and of one that the stack makes", async () => {
    const later = pulumi.output("PEM");
    const names = [];
    for (const tls of [{ secretName: "edge-tls" }, { certificate: later, privateKey: later }]) {
      const [volume] = (pod(await deployed("balancer", { tls })).volumes as Inputs[]).filter(
        ({ projected }: { projected?: object }) => projected,
      );
      const [, { secret }] = (volume.projected as Projected).sources;
      expect(secret.items).toEqual([
        { key: "tls.crt", path: "tls/tls.crt" },
        { key: "tls.key", path: "tls/tls.key" },
      ]);
      names.push(secret.name);
    }
    expect(names[0]).toBe("edge-tls");
    expect(names[1]).toMatch(/serving-certificate/);
  });

  it("stay as they are in a release", async () => {
    const before = await deployed("balancer");
    const after = await deployed("balancer", { image: canary.image, modelVersion: "8" });
    expect(after.inputs).toEqual(before.inputs);
  });
});

describe("the replicas", () => {
  it.each([
    [1, 2048, { cpu: "1", memory: "2Gi" }],
    [0.1, 64, { cpu: "100m", memory: "64Mi" }],
    [2.5, 1536, { cpu: "2500m", memory: "1536Mi" }],
    [16, 2 ** 21, { cpu: "16", memory: "2Ti" }],
  ])("get %d CPUs and %d MiB, in the API server's spelling", async (cpus, memoryMb, amounts) => {
    const replicas = await deployed("replica", { cpus, memoryMb });
    expect(container(replicas).resources).toEqual({ requests: amounts, limits: amounts });
  });

  it.each([
    ["2", 2],
    ["100%", "100%"],
  ])("surge by %s", async (maxSurge, surge) => {
    const replicas = await deployed("replica", { maxSurge });
    expect(spec(replicas).strategy).toMatchObject({ rollingUpdate: { maxSurge: surge } });
  });

  it("serve one version of a model volume, and a canary its own", async () => {
    const args = { modelVolume: { claimName: "models" }, canary };
    const { recording } = await create(() => args);
    const [replica, own] = ["replica", "canary"].map((part) =>
      variables(recording.find(deployment, `serving-${part}`)),
    );
    expect(replica.TFS_STATUS_MODELS).toBe("flowers/versions/7");
    expect(replica.TFS_FILE_model_config_file).toContain("specific { versions: 7 }");
    expect(own.TFS_STATUS_MODELS).toBe("flowers/versions/8");
  });

  it("leave a part of their number to a canary", async () => {
    expect(spec(await deployed("canary", { replicas: 20, canary })).replicas).toBe(2);
  });
});

it("secrets for pulling may come later", async () => {
  const imagePullSecrets = [pulumi.output("registry-login")];
  expect(pod(await deployed("replica", { imagePullSecrets }))).toMatchObject({
    imagePullSecrets: [{ name: "registry-login" }],
  });
});

describe("the time that an update may take", () => {
  const step = 600 + 15 + 120 + 40 + 5;

  it.each<[string, Args, number]>([
    ["a quarter at a time", { replicas: 10 }, 4 * step],
    ["two at a time", { replicas: 10, maxSurge: "2" }, 5 * step],
    ["all at once", { replicas: 10, maxSurge: "100%" }, step],
    ["one after the other", { replicas: 10, strategy: ReleaseStrategy.InPlace }, 10 * step],
    ["as many as there may be", { autoscaling: { minReplicas: 1, maxReplicas: 8 } }, 4 * step],
    ["with nodes that are added slowly", { schedulingTimeoutSeconds: 1800 }, 2 * (step + 1200)],
  ])("is enough for all of its steps: %s", async (_, args, seconds) => {
    expect((await deployed("replica", args)).timeouts?.update).toBe(`${seconds}s`);
  });
});

describe("the outputs", () => {
  it("are addresses in the cluster, and how to reach them from outside", async () => {
    const { service } = await create(() => ({ cluster, clusterDomain: "reef.example" }));
    const host = "flowers.models.svc.reef.example";
    expect(await promiseOf(service.modelUrls)).toEqual({
      flowers: `http://${host}:8501/v1/models/flowers`,
    });
    expect(await promiseOf(service.restUrl)).toBe(`http://${host}:8501/v1/models/flowers`);
    expect(await promiseOf(service.grpcAddress)).toBe(`${host}:8500`);
    expect(await promiseOf(service.serviceName)).toBe("flowers");
    expect(await promiseOf(service.namespace)).toBe("models");
    expect(await promiseOf(service.replicaNames)).toEqual(["serving-replica-1a2b3c4d"]);
    expect(await promiseOf(service.portForwardCommand)).toBe(
      "kubectl --context models --namespace models port-forward service/flowers 8501:8501 8500:8500",
    );
  });

  it("wait for a namespace that is not known yet", async () => {
    const { service, recording } = await create(() => ({ namespace: new Made("models").id }), {
      preview: true,
    });
    expect(await isKnown(service.restUrl)).toBe(false);
    expect(recording.find(configMap).inputs.data).toMatchObject({ "haproxy.cfg": unknown });
  });
});

it("a preview shows all of a pod but for an image that is not known yet", async () => {
  const { recording } = await create(() => ({ image: new Made("image").id }), { preview: true });
  const replicas = recording.find(deployment, "serving-replica");
  expect(container(replicas).image).toBe(unknown);
  expect(container(replicas).args).toEqual(renderServer(undefined, { cpus: 1 }).flags);
});
