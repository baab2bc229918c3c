import * as k8s from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import {
  KubernetesModelService,
  KubernetesModelServiceArgs,
  ReleaseStrategy,
} from "../../../components";
import { renderBalancerConfig } from "../../../components/serving/balancerConfig";
import { renderServer } from "../../../components/tfserving/serverOptions";
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
import { canary, cluster, everything, labels, selector, serviceName } from "./kubernetesEdges";

const component = "tfserving:index:KubernetesModelService";
const deployment = "kubernetes:apps/v1:Deployment";
const service = "kubernetes:core/v1:Service";
const configMap = "kubernetes:core/v1:ConfigMap";
const image = `registry.example.com/flowers@sha256:${"a".repeat(64)}`;
const server = renderServer(undefined, { cpus: 1 });

type Inputs = Record<string, unknown>;

/** Something whose id is not known before the update. */
class Made extends pulumi.CustomResource {
  constructor(name: string) {
    super("test:index:Made", name, {});
  }
}

/** A service named "serving" and what it registered. */
async function create(
  args: () => Partial<KubernetesModelServiceArgs> = () => ({}),
  options: Parameters<typeof startMocks>[0] = {},
): Promise<{ service: KubernetesModelService; recording: Recording }> {
  const recording = await startMocks(options);
  const given = { image, modelName: "flowers", modelVersion: "7", serviceName };
  const created = new KubernetesModelService(
    "serving",
    { ...given, namespace: "models", ...args() },
    { provider: new k8s.Provider("cluster") },
  );
  await settle();
  return { service: created, recording };
}

/** The Deployment of a part. */
async function deployed(
  part: string,
  args: () => Partial<KubernetesModelServiceArgs> = () => ({}),
): Promise<Registration> {
  const { recording } = await create(args);
  return recording.find(deployment, `serving-${part}`);
}

function spec({ inputs }: Registration): Inputs {
  return inputs.spec as Inputs;
}

/** The pod that a Deployment makes. */
function pod(registration: Registration): Inputs {
  return (spec(registration).template as Record<string, Inputs>).spec;
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

describe("the children of a service on Kubernetes", () => {
  it("are below it, with its provider, by stable names", async () => {
    const { recording } = await create();
    const children = recording.resources.filter(({ parent }) => parent !== "");
    expect(children.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      `${deployment} serving-balancer`,
      `${deployment} serving-replica`,
      `${configMap} serving-balancer`,
      `${service} serving`,
      `${service} serving-replica`,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy serving-balancer",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy serving-replica",
      "kubernetes:policy/v1:PodDisruptionBudget serving-balancer",
      "kubernetes:policy/v1:PodDisruptionBudget serving-replica",
    ]);
    for (const child of children) {
      expect(child).toMatchObject({
        parent: urn(component, "serving"),
        provider: urn("pulumi:providers:kubernetes", "cluster"),
        inputs: { metadata: { namespace: "models" } },
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
    const named = recording.resources.filter(
      ({ inputs }) => (inputs.metadata as Inputs | undefined)?.name !== undefined,
    );
    expect(named.map(({ inputs }) => (inputs.metadata as Inputs).name).sort()).toEqual([
      "flowers",
      "flowers-canary",
      "flowers-replicas",
    ]);
  });
});

describe("the objects", () => {
  it("of a service with the settings that have no default", async () => {
    const { recording } = await create();
    await expect(rendered(recording.resources, "kubernetes")).toMatchFileSnapshot(
      "snapshots/service.yaml",
    );
  });

  it("of a service with a canary, routes, metrics, autoscaling, GPUs and a model volume", async () => {
    const { recording } = await create(() => everything);
    await expect(rendered(recording.resources, "kubernetes")).toMatchFileSnapshot(
      "snapshots/service-everything.yaml",
    );
  });
});

describe("the balancers' configuration", () => {
  const settings = {
    replicaAlias: "flowers-replicas.models.svc.cluster.local",
    times: { restMs: 31_000, grpcMs: 60_000 },
    pods: { balancers: 2, aloneSeconds: 15 },
  };

  it("finds the replicas by their Service", async () => {
    expect(config((await create()).recording)).toBe(renderBalancerConfig(settings));
  });

  it("gives a canary its share, which it finds by a Service of its own", async () => {
    const ofCanary = {
      alias: "flowers-canary.models.svc.cluster.local",
      ...{ modelName: "flowers", version: "8", percent: 10 },
    };
    const { recording } = await create(() => ({ canary }));
    expect(config(recording)).toBe(renderBalancerConfig({ ...settings, canary: ofCanary }));
  });
});

describe("the replicas", () => {
  it("have the flags, files and environment that `server` and the limits render", async () => {
    const options = { batching: { maxBatchSize: 8 }, models: [{ name: "flowers" }] };
    const replicas = await deployed("replica", () => ({
      server: options,
      cpus: 2.5,
      drainSeconds: 30,
    }));
    const rendered = renderServer(options, { cpus: 2.5 });
    expect(container(replicas).args).toEqual(rendered.flags);
    expect(variables(replicas)).toEqual({
      TFS_DRAIN_SECONDS: "30",
      TFS_JOIN_SECONDS: "40",
      TFS_STATUS_MODELS: "flowers",
      ...Object.fromEntries(
        Object.entries(rendered.files).map(([flag, text]) => [`TFS_FILE_${flag}`, text]),
      ),
    });
    expect(pod(replicas).terminationGracePeriodSeconds).toBe(40);
  });

  it.each([
    [1, 2048, { cpu: "1", memory: "2Gi" }],
    [0.1, 64, { cpu: "100m", memory: "64Mi" }],
    [2.5, 1536, { cpu: "2500m", memory: "1536Mi" }],
    [16, 2 ** 21, { cpu: "16", memory: "2Ti" }],
  ])("get %d CPUs and %d MiB, in the API server's spelling", async (cpus, memoryMb, amounts) => {
    const replicas = await deployed("replica", () => ({ cpus, memoryMb }));
    expect(container(replicas).resources).toEqual({ requests: amounts, limits: amounts });
  });

  it("get GPUs of their own, and onto nodes that are kept free for those", async () => {
    const replicas = await deployed("replica", () => ({
      gpus: 2,
      runtimeClass: "nvidia",
      nodeSelector: { gpu: "l4" },
      priorityClass: "serving",
    }));
    const amounts = { cpu: "1", memory: "2Gi", "nvidia.com/gpu": "2" };
    expect(container(replicas).resources).toEqual({ requests: amounts, limits: amounts });
    expect(pod(replicas)).toMatchObject({
      runtimeClassName: "nvidia",
      nodeSelector: { gpu: "l4" },
      priorityClassName: "serving",
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    });
  });

  it("tolerate the taint of GPUs as the caller says, where the caller says it", async () => {
    const tolerations = [{ key: "nvidia.com/gpu", operator: "Equal", value: "true" }];
    const replicas = await deployed("replica", () => ({ gpus: 1, tolerations }));
    expect(pod(replicas).tolerations).toEqual(tolerations);
  });

  it("are replaced in place by a rolling release", async () => {
    const replicas = await deployed("replica", () => ({ strategy: ReleaseStrategy.InPlace }));
    expect(spec(replicas).strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });
  });

  it.each([
    ["2", 2],
    ["100%", "100%"],
  ])("surge by %s", async (maxSurge, surge) => {
    const replicas = await deployed("replica", () => ({ maxSurge }));
    expect(spec(replicas).strategy).toMatchObject({ rollingUpdate: { maxSurge: surge } });
  });

  it("have no number of their own where autoscaling decides it", async () => {
    const { recording } = await create(() => ({
      autoscaling: { minReplicas: 3, maxReplicas: 9 },
    }));
    expect(spec(recording.find(deployment, "serving-replica"))).not.toHaveProperty("replicas");
    const autoscaler = recording.find("kubernetes:autoscaling/v2:HorizontalPodAutoscaler");
    expect(autoscaler.inputs.spec).toMatchObject({
      scaleTargetRef: { kind: "Deployment", name: "serving-replica-1a2b3c4d" },
      minReplicas: 3,
      maxReplicas: 9,
    });
  });

  it("are watched through the cluster while they start", async () => {
    expect((await deployed("replica", () => ({ cluster }))).hooks).toMatchObject({
      beforeUpdate: [expect.stringMatching(/^serving-replica: before the release/)],
    });
    expect((await deployed("replica")).hooks).toEqual({});
  });

  it("have a label of their own from the caller, which selects nothing", async () => {
    const replicas = await deployed("replica", () => ({ labels: { team: "reef" } }));
    const all = labels("replica", { "app.kubernetes.io/version": "7", team: "reef" });
    expect(replicas.inputs.metadata).toMatchObject({ labels: all });
    expect(spec(replicas)).toMatchObject({
      selector: { matchLabels: selector("replica") },
      template: { metadata: { labels: all } },
    });
  });
});

describe("secrets for pulling", () => {
  it("are given to replicas and balancers", async () => {
    const { recording } = await create(() => ({
      imagePullSecrets: [pulumi.output("registry-login")],
    }));
    for (const part of ["replica", "balancer"]) {
      expect(pod(recording.find(deployment, `serving-${part}`))).toMatchObject({
        imagePullSecrets: [{ name: "registry-login" }],
      });
    }
  });
});

describe("a model volume", () => {
  it("is a claim, mounted to be read at the model's folder, of which one version is loaded", async () => {
    const replicas = await deployed("replica", () => ({
      modelVolume: { claimName: "models", subPath: "reef/flowers" },
    }));
    expect(pod(replicas).volumes).toContainEqual({
      name: "model",
      persistentVolumeClaim: { claimName: "models", readOnly: true },
    });
    expect(container(replicas).volumeMounts).toContainEqual({
      name: "model",
      mountPath: "/models/flowers",
      readOnly: true,
      subPath: "reef/flowers",
    });
    expect(variables(replicas)).toMatchObject({
      TFS_STATUS_MODELS: "flowers/versions/7",
      TFS_FILE_model_config_file: expect.stringContaining("specific { versions: 7 }") as string,
    });
  });

  it("is an image", async () => {
    const reference = `registry.example.com/models@sha256:${"c".repeat(64)}`;
    const replicas = await deployed("replica", () => ({ modelVolume: { image: reference } }));
    expect(pod(replicas).volumes).toContainEqual({
      name: "model",
      image: { reference, pullPolicy: "IfNotPresent" },
    });
    expect(container(replicas).volumeMounts).toContainEqual({
      name: "model",
      mountPath: "/models/flowers",
      readOnly: true,
    });
  });

  it("serves the canary its own version", async () => {
    const replicas = await deployed("canary", () => ({
      modelVolume: { claimName: "models" },
      canary,
    }));
    expect(variables(replicas).TFS_STATUS_MODELS).toBe("flowers/versions/8");
  });

  it("leaves the choice of versions to `server.models`", async () => {
    const replicas = await deployed("replica", () => ({
      modelVolume: { claimName: "models" },
      server: { models: [{ name: "flowers" }] },
    }));
    expect(variables(replicas).TFS_STATUS_MODELS).toBe("flowers");
  });
});

describe("a canary", () => {
  it("is a Deployment of its own, a part of the replicas large", async () => {
    const replicas = await deployed("canary", () => ({ replicas: 20, canary }));
    expect(replicas.inputs.metadata).toMatchObject({
      labels: labels("canary", { "app.kubernetes.io/version": "8" }),
    });
    expect(spec(replicas)).toMatchObject({
      replicas: 2,
      selector: { matchLabels: selector("canary") },
    });
    expect(container(replicas).image).toBe(canary.image);
  });
});

describe("the balancers", () => {
  it("have time for the longest request before they are killed", async () => {
    const rest = await deployed("balancer", () => ({ server: { restApiTimeoutMs: 90_000 } }));
    expect(pod(rest).terminationGracePeriodSeconds).toBe(10 + 91 + 5);
    const grpc = await deployed("balancer", () => ({ grpcTimeoutSeconds: 180 }));
    expect(pod(grpc).terminationGracePeriodSeconds).toBe(10 + 180 + 5);
  });

  it("are watched through the cluster while they start", async () => {
    expect((await deployed("balancer", () => ({ cluster }))).hooks).toMatchObject({
      beforeUpdate: [expect.stringMatching(/^serving-balancer: before the release/)],
    });
    expect((await deployed("balancer")).hooks).toEqual({});
  });

  it("tell replicas how many of them there are", async () => {
    const { recording } = await create(() => ({ balancers: 3 }));
    expect(spec(recording.find(deployment, "serving-balancer")).replicas).toBe(3);
    expect(config(recording)).toContain("uri /readyz?balancers=3\n");
  });

  it("stay as they are in a release", async () => {
    const before = await deployed("balancer");
    const after = await deployed("balancer", () => ({ image: canary.image, modelVersion: "8" }));
    expect(after.inputs).toEqual(before.inputs);
  });
});

describe("the time that an update may take", () => {
  const step = 600 + 15 + 120 + 40 + 5;

  /** Of the Deployment of the replicas, as Pulumi takes it. */
  async function limit(args: Partial<KubernetesModelServiceArgs>): Promise<string | undefined> {
    return (await deployed("replica", () => args)).timeouts?.update;
  }

  it.each<[string, Partial<KubernetesModelServiceArgs>, number]>([
    ["a quarter at a time", { replicas: 10 }, 4 * step],
    ["two at a time", { replicas: 10, maxSurge: "2" }, 5 * step],
    ["all at once", { replicas: 10, maxSurge: "100%" }, step],
    ["one after the other", { replicas: 10, strategy: ReleaseStrategy.InPlace }, 10 * step],
    ["as many as there may be", { autoscaling: { minReplicas: 1, maxReplicas: 8 } }, 4 * step],
    ["with nodes that are added slowly", { schedulingTimeoutSeconds: 1800 }, 2 * (step + 1200)],
  ])("is enough for all of its steps: %s", async (_, args, seconds) => {
    expect(await limit(args)).toBe(`${seconds}s`);
  });

  it("is enough for the balancers, one after the other", async () => {
    const balancers = await deployed("balancer", () => ({ balancers: 3 }));
    const { progressDeadlineSeconds } = spec(balancers) as { progressDeadlineSeconds: number };
    expect(balancers.timeouts).toMatchObject({ update: `${3 * progressDeadlineSeconds}s` });
  });
});

describe("the outputs", () => {
  it("are addresses in the cluster, and how to reach them from outside", async () => {
    const { service } = await create(() => ({ cluster, clusterDomain: "reef.example" }));
    const host = "flowers.models.svc.reef.example";
    expect(await promiseOf(service.restUrl)).toBe(`http://${host}:8501/v1/models/flowers`);
    expect(await promiseOf(service.modelUrls)).toEqual({
      flowers: `http://${host}:8501/v1/models/flowers`,
    });
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
    expect(recording.find(deployment, "serving-replica").inputs.metadata).toMatchObject({
      namespace: unknown,
    });
    expect(recording.find(configMap).inputs.data).toEqual({ "haproxy.cfg": unknown });
  });
});

describe("a preview", () => {
  it("shows all of a pod but for an image that is not known yet", async () => {
    const { recording } = await create(() => ({ image: new Made("image").id }), { preview: true });
    const replicas = recording.find(deployment, "serving-replica");
    expect(container(replicas).image).toBe(unknown);
    expect(container(replicas).args).toEqual(server.flags);
  });
});
