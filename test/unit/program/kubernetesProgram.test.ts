import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import program from "../../../index";
import {
  kubeconfigFile,
  kubeconfigFor,
  Refused,
  startFakeCluster,
} from "../../support/fakeCluster";
import { startFakeEngine } from "../../support/fakeEngine";
import { promiseOf, type Recording, secret, settle, startMocks } from "../../support/mocks";
import { signature, temporaryFolder } from "../../support/modelFolder";
import { enterSmallProject } from "../../support/smallProject";
import { defaults, readStackFile, setConfig, stackFiles } from "../../support/stackConfig";

const registry = "registry.example.com:5000";
const digest = `sha256:${"a".repeat(64)}`;
const pinned = `${registry}/tf_serving@${digest}`;
const deployment = "kubernetes:apps/v1:Deployment";
const namespaceType = "kubernetes:core/v1:Namespace";
const secretType = "kubernetes:core/v1:Secret";

let recording: Recording;
let server: string;

beforeEach(async () => {
  vi.stubEnv("HOME", temporaryFolder());
  vi.stubEnv("KUBECONFIG", undefined);
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  server = await startFakeCluster(namespaces());
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Answers about namespaces; each is there already, with these labels. */
function namespaces(there: Record<string, Record<string, string>> = {}): Record<string, unknown> {
  const objects = Object.entries({ default: {}, ...there }).map(([name, labels]) => ({
    metadata: { name, labels },
    status: { phase: "Active" },
  }));
  return Object.fromEntries([
    ["/api/v1/namespaces", { metadata: {}, items: objects }],
    ...objects.map((one) => [`/api/v1/namespaces/${one.metadata.name}`, one]),
  ]) as Record<string, unknown>;
}

async function run(
  values: Record<string, unknown> = {},
  recorded: Record<string, unknown> = {},
  preview = true,
): Promise<Record<string, unknown>> {
  vi.stubEnv("DOCKER_HOST", await startFakeEngine());
  recording = await startMocks({ preview, recorded });
  if (process.env.KUBECONFIG === undefined) {
    vi.stubEnv("KUBECONFIG", kubeconfigFile(server));
  }
  setConfig({ target: "kubernetes", registry, ...values });
  const outputs = (await program()) as unknown as Record<string, unknown>;
  await settle();
  return outputs;
}

const types = () => new Set(recording.resources.map(({ type }) => type));
const known = (output: unknown) => promiseOf(pulumi.output(output));
const metadata = (type: string, name?: string) =>
  recording.find(type, name).inputs.metadata as {
    name?: string;
    namespace?: string;
    labels: Record<string, string>;
  };
const podOf = (name: string) =>
  (recording.find(deployment, name).inputs.spec as { template: { spec: Record<string, unknown> } })
    .template.spec;

describe.each(stackFiles().filter((file) => readStackFile(file).target === "kubernetes"))(
  "the program with %s",
  (file) => {
    it("can be previewed", async () => {
      const values = { ...defaults, ...readStackFile(file) };
      const outputs = await run(readStackFile(file));
      expect(outputs).toMatchObject({ replicas: values.replicas, canaryVersion: "" });
      expect(await known(outputs.modelLabels)).toEqual({});
      expect(await known(outputs.signature)).toEqual(expect.anything());
      expect(types()).toContain("tfserving:index:KubernetesModelService");
    });

    it("labels every object as the stack's, with the labels of its own", async () => {
      await run(readStackFile(file));
      const objects = recording.resources.filter(
        ({ type }) => type.startsWith("kubernetes:") && type !== "kubernetes:index:Provider",
      );
      expect(objects.length).toBeGreaterThan(8);
      for (const { inputs, type } of objects) {
        expect((inputs.metadata as { labels: object }).labels, type).toMatchObject({
          "tfserving.stack": "tfserving.dev",
          "app.kubernetes.io/managed-by": "pulumi",
          ...(readStackFile(file).kubernetesLabels as object),
        });
      }
    });
  },
);

describe("the program on Kubernetes", () => {
  beforeEach(enterSmallProject);

  it("uses the cluster that kubectl would", async () => {
    const { context } = await run();
    expect(context).toBe("test");
    expect(recording.find("pulumi:providers:kubernetes").inputs).toMatchObject({ context: "test" });
  });

  it("uses the kubeconfig that is named; its content is a secret, its path is not", async () => {
    const choice = { context: "other", kubeconfig: kubeconfigFile(server, ["test", "other"]) };
    await run({ kubernetesCluster: choice });
    expect(recording.find("pulumi:providers:kubernetes").inputs).toMatchObject(choice);
    const kubeconfig = kubeconfigFor(server);
    await run({ kubernetesCluster: { kubeconfig } });
    expect(recording.find("pulumi:providers:kubernetes").inputs.kubeconfig).toEqual(
      secret(kubeconfig),
    );
  });

  it("makes every object with the provider of that cluster", async () => {
    await run();
    const provider = recording.find("pulumi:providers:kubernetes");
    const others = recording.resources.filter(
      ({ type, provider: given }) => /^kubernetes:/.test(type) && !given.endsWith(provider.name),
    );
    expect(others).toEqual([]);
  });

  it("builds, pushes and runs the model folder, by digest", async () => {
    const outputs = await run({}, {}, false);
    expect(await known(outputs.image)).toBe(`${registry}/tf_serving@sha256:${"d".repeat(64)}`);
    expect(podOf("serving-replica").containers).toEqual([
      expect.objectContaining({ image: await known(outputs.image) }),
    ]);
    expect(await known(outputs.signature)).toEqual(signature);
  });

  it("says where the service is", async () => {
    const outputs = await run({ image: pinned }, {}, false);
    const host = "tf-model-serving.tfserving-dev.svc.cluster.local";
    expect(await known(outputs.restUrl)).toBe(`http://${host}:8501/v1/models/my_model`);
    expect(await known(outputs.grpcAddress)).toBe(`${host}:8500`);
    expect(await known(outputs.namespace)).toBe("tfserving-dev");
    expect(await known(outputs.portForward)).toContain("kubectl");
    expect(await pulumi.isSecret(outputs.notebookUrl as pulumi.Output<string>)).toBe(true);
    expect(await known(outputs.notebookPortForward)).toContain("kubectl");
  });

  it("records a release with its settings, and with a volume the version in it", async () => {
    const first = await run({ image: pinned }, {}, false);
    expect(await known(first.release)).toMatchObject({ image: pinned, settings: { cpus: "1" } });
    const second = await run(
      { image: pinned, modelVersion: "7", kubernetesModelVolume: { claimName: "models" } },
      {},
      false,
    );
    expect(await known(second.release)).toMatchObject({
      settings: { modelVersion: "7", kubernetesModelVolume: '{"claimName":"models"}' },
    });
  });

  describe("its namespace", () => {
    it("is one of its own, takes restricted pods only and stays when the stack goes", async () => {
      const outputs = await run({ kubernetesLabels: { team: "birds" } });
      expect(metadata(namespaceType)).toEqual({
        name: "tfserving-dev",
        annotations: { "pulumi.com/patchForce": "true" },
        labels: {
          team: "birds",
          "app.kubernetes.io/part-of": "tfserving",
          "app.kubernetes.io/managed-by": "pulumi",
          "tfserving.stack": "tfserving.dev",
          "pod-security.kubernetes.io/enforce": "restricted",
        },
      });
      expect(recording.find(namespaceType).retainOnDelete).toBe(true);
      expect(outputs.ownNamespace).toBe("tfserving-dev");
    });

    const own = { "tfserving-dev": { "tfserving.stack": "tfserving.dev" } };

    it("goes on being declared where the stack has it", async () => {
      server = await startFakeCluster(namespaces(own));
      await run({}, { ownNamespace: "tfserving-dev" });
      expect(types()).toContain(namespaceType);
    });

    it("is used again after the stack was gone", async () => {
      server = await startFakeCluster(namespaces(own));
      const outputs = await run();
      expect(types()).not.toContain(namespaceType);
      expect(outputs.ownNamespace).toBe("");
      expect(metadata(deployment, "serving-replica").namespace).toBe("tfserving-dev");
    });

    it("may be another's, where the stack shall not make one", async () => {
      await run({ kubernetesCluster: { namespace: "default", createNamespace: false } });
      expect(types()).not.toContain(namespaceType);
      expect(metadata(deployment, "serving-replica").namespace).toBe("default");
    });

    it("is taken on trust where the user may not look it up", async () => {
      server = await startFakeCluster({
        "/api/v1/namespaces": new Refused(403),
        "/api/v1/namespaces/team": new Refused(403),
      });
      await run({ kubernetesCluster: { namespace: "team", createNamespace: false } });
      expect(metadata(deployment, "serving-replica").namespace).toBe("team");
    });
  });

  describe("the nodes pull", () => {
    const login = { registryUsername: "ada", registryPassword: "lovelace" };
    const pullSecrets = () => podOf("serving-replica").imagePullSecrets;

    it("with the registry's login", async () => {
      await run(login, {}, false);
      const { inputs } = recording.find(secretType, "registry");
      const auth = Buffer.from("ada:lovelace").toString("base64");
      expect(inputs).toMatchObject({
        type: "kubernetes.io/dockerconfigjson",
        stringData: secret({
          ".dockerconfigjson": JSON.stringify({
            auths: { [registry]: { username: "ada", password: "lovelace", auth } },
          }),
        }),
      });
      expect(pullSecrets()).toHaveLength(1);
      const notebook = recording.find("kubernetes:apps/v1:StatefulSet").inputs.spec as {
        template: { spec: Record<string, unknown> };
      };
      expect(notebook.template.spec.imagePullSecrets).toEqual(pullSecrets());
    });

    it("with Secrets that are there, in place of it", async () => {
      await run({ ...login, kubernetesService: { imagePullSecrets: ["reader"] } });
      expect(pullSecrets()).toEqual([{ name: "reader" }]);
      expect(
        recording.resources.filter(({ type, name }) => type === secretType && name === "registry"),
      ).toEqual([]);
    });

    it("without a login where the registry has none", async () => {
      await run();
      expect(pullSecrets() ?? []).toEqual([]);
    });
  });

  it("runs a pinned digest without a build", async () => {
    await run({ image: pinned, registry: "" });
    expect(podOf("serving-replica").containers).toEqual([
      expect.objectContaining({ image: pinned }),
    ]);
    expect([...types()].filter((type) => type.startsWith("docker:"))).toEqual([]);
  });

  it("serves a volume's model with the runtime image, which holds none", async () => {
    const outputs = await run(
      { modelVersion: "7", kubernetesModelVolume: { claimName: "models", subPath: "birds" } },
      {},
      false,
    );
    expect(await known(outputs.image)).toMatch(
      new RegExp(`^${registry}/tf_serving_runtime@sha256:`),
    );
    expect(types()).not.toContain("tfserving:index:ServingImage");
    // Pulumi warns of an output that is undefined.
    expect(outputs).not.toHaveProperty("signature");
    expect(podOf("serving-replica").volumes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          persistentVolumeClaim: expect.objectContaining({ claimName: "models" }) as object,
        }),
      ]),
    );
  });

  it("gives a canary an image and replicas of its own", async () => {
    const outputs = await run({
      ...{ modelFolder: "two/models", modelVersion: "12" },
      ...{ canaryVersion: "3", canaryPercent: 10 },
    });
    expect(outputs).toMatchObject({ canaryVersion: "3", canaryPercent: 10 });
    expect(recording.find("tfserving:index:ServingImage", "canary")).toBeDefined();
    expect(metadata(deployment, "serving-canary").labels).toMatchObject({
      "app.kubernetes.io/version": "3",
    });
  });

  it("leaves the number of replicas to autoscaling", async () => {
    server = await startFakeCluster({
      ...namespaces(),
      "/apis": {
        groups: [
          { name: "metrics.k8s.io", versions: [{ groupVersion: "metrics.k8s.io/v1beta1" }] },
        ],
      },
    });
    const outputs = await run({
      kubernetesService: { autoscaling: { minReplicas: 3, maxReplicas: 9 } },
    });
    expect(outputs.replicas).toBe(3);
    expect(recording.find(deployment, "serving-replica").inputs.spec).not.toHaveProperty(
      "replicas",
    );
  });

  it("has no notebook where none is wanted", async () => {
    const outputs = await run({ notebook: false });
    expect(types()).not.toContain("tfserving:index:KubernetesNotebook");
    expect(Object.keys(outputs).filter((name) => name.startsWith("notebook"))).toEqual([]);
  });

  const autoscaling = { minReplicas: 2, maxReplicas: 4 };
  it.each<[string, Record<string, unknown>, string]>([
    [
      "an unknown field",
      { kubernetesService: { priorityclass: "high" } },
      'kubernetesService.priorityclass: is unknown; did you mean "priorityClass"?',
    ],
    [
      "an unknown field of a field",
      { kubernetesService: { autoscaling: { ...autoscaling, cpupercent: 50 } } },
      'kubernetesService.autoscaling.cpupercent: is unknown; did you mean "cpuPercent"?',
    ],
    [
      "an unknown field in a list",
      { kubernetesService: { network: { clients: [{ podLabel: {} }] } } },
      'kubernetesService.network.clients[0].podLabel: is unknown; did you mean "podLabels"?',
    ],
    [
      "one object in place of a list",
      { kubernetesService: { tolerations: { key: "gpu" } } },
      'kubernetesService.tolerations: is {"key":"gpu"}: use a list',
    ],
    [
      "a namespace that is no text",
      { kubernetesCluster: { namespace: 5 } },
      "kubernetesCluster.namespace: is 5: use a text",
    ],
    ["a label that is no text", { kubernetesLabels: { team: 3 } }, "kubernetesLabels.team: is 3"],
    [
      "no registry",
      { registry: "" },
      "registry: is empty, and the nodes of a cluster pull the image from one",
    ],
    [
      "a pinned image without a digest",
      { image: `${registry}/tf_serving:1` },
      `image: is "${registry}/tf_serving:1", which is no digest`,
    ],
    [
      "a canary of a pinned image",
      { image: pinned, canaryVersion: "3" },
      "which excludes canaryVersion",
    ],
    [
      "an unknown context",
      { kubernetesCluster: { context: "tset" } },
      'kubernetesCluster.context: is "tset", which the kubeconfig does not have: known are test',
    ],
    [
      "a cluster that does not answer",
      { kubernetesCluster: { kubeconfig: kubeconfigFor("https://127.0.0.1:1") } },
      "kubernetesCluster.kubeconfig: the Kubernetes API server at https://127.0.0.1:1 (context test) does not answer",
    ],
    [
      "no kubeconfig",
      { kubernetesCluster: { kubeconfig: "/no/such/file" } },
      "kubernetesCluster.kubeconfig: there is no kubeconfig: /no/such/file does not exist",
    ],
    [
      "a namespace that is missing and not to be created",
      { kubernetesCluster: { namespace: "team", createNamespace: false } },
      'kubernetesCluster.namespace: is "team", which the cluster does not have: create it',
    ],
    [
      "a namespace of somebody else",
      { kubernetesCluster: { namespace: "default" } },
      'kubernetesCluster.namespace: is "default", which is there already',
    ],
    [
      "what is no name of a namespace",
      { kubernetesCluster: { namespace: "My_Team" } },
      'kubernetesCluster.namespace: is "My_Team"',
    ],
    [
      "replicas together with autoscaling",
      { replicas: 6, kubernetesService: { autoscaling } },
      "replicas: is 6, and kubernetesService.autoscaling decides on their number",
    ],
    [
      "min > max",
      { kubernetesService: { autoscaling: { minReplicas: 5, maxReplicas: 4 } } },
      "kubernetesService.autoscaling.maxReplicas: is 4, less than minReplicas",
    ],
    [
      "routes where the cluster has no Gateway API",
      { kubernetesService: { gateway: { name: "edge" } } },
      "kubernetesService.gateway",
    ],
    ["GPUs as on Docker", { gpus: "all" }, 'gpus: is "all": on kubernetes use the number of GPUs'],
    [
      "a volume without a version",
      { kubernetesModelVolume: { claimName: "models" } },
      "modelVersion",
    ],
    [
      "a volume that is two",
      { modelVersion: "1", kubernetesModelVolume: { claimName: "a", image: "b" } },
      "kubernetesModelVolume",
    ],
    [
      "a canary of a volume's model",
      {
        ...{ modelVersion: "1", canaryVersion: "2", canaryPercent: 5 },
        kubernetesModelVolume: { claimName: "models" },
      },
      "canaryVersion: is 2, which excludes kubernetesModelVolume",
    ],
    ["a service name with _", { serviceName: "my_model" }, 'serviceName: is "my_model"'],
    [
      "Docker's usual service name",
      { serviceName: "tf_model_serving" },
      'serviceName: is "tf_model_serving"',
    ],
    [
      "Docker's usual number of replicas together with autoscaling",
      { replicas: 4, kubernetesService: { autoscaling } },
      "replicas: is 4, and kubernetesService.autoscaling decides on their number",
    ],
    ["a host port", { restPort: 9000 }, "restPort: is 9000, which target kubernetes does not use"],
    ["a limit of processes", { pids: 10 }, "pids: is 10, which target kubernetes does not use"],
    ["no folder of notebooks", { notebookFolder: "nowhere" }, "notebookFolder"],
    [
      "a StorageClass that is missing",
      { kubernetesNotebook: { storageClass: "standart" } },
      'kubernetesNotebook.storageClass: is "standart"',
    ],
  ])("refuses %s before there is any resource", async (_, values, message) => {
    server = await startFakeCluster({ ...namespaces(), "/apis": { groups: [] } });
    await expect(run(values)).rejects.toThrow(message);
    await settle();
    expect(recording.resources).toEqual([]);
  });

  it("refuses a volume that is an image where the cluster mounts none", async () => {
    const metrics = 'kubernetes_feature_enabled{name="ImageVolume",stage="BETA"} 0\n';
    const version = { gitVersion: "v1.34.2" };
    server = await startFakeCluster({ ...namespaces(), "/version": version, "/metrics": metrics });
    const kubernetesModelVolume = { image: `${registry}/models@${digest}` };
    await expect(run({ modelVersion: "7", kubernetesModelVolume })).rejects.toThrow(
      "kubernetesModelVolume.image: is given, and the cluster at",
    );
    await settle();
  });

  it("refuses a namespace that is being deleted", async () => {
    server = await startFakeCluster({
      "/api/v1/namespaces/tfserving-dev": {
        metadata: { name: "tfserving-dev", labels: { "tfserving.stack": "tfserving.dev" } },
        status: { phase: "Terminating" },
      },
    });
    await expect(run()).rejects.toThrow("which is being deleted: wait until it is gone");
    await settle();
  });

  it("says every problem at once", async () => {
    const error = await run({
      ...{ registry: "", gpus: "all", replicas: 0, cpus: "much", pids: 5 },
      kubernetesCluster: { context: "nobody" },
    }).catch((reason: Error) => reason.message);
    for (const key of ["registry", "gpus", "replicas", "cpus", "pids", "kubernetesCluster"]) {
      expect(error).toContain(`  ${key}`);
    }
    await settle();
  });
});
