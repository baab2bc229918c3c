import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import {
  kubeconfigFile,
  kubeconfigFor,
  Refused,
  startFakeCluster,
} from "../../support/fakeCluster";
import { type Recording, secret } from "../../support/mocks";
import { signature } from "../../support/modelFolder";
import { rendered } from "../../support/rendered";
import * as around from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";

const registry = "registry.example.com:5000";
const target = { target: "kubernetes", registry };
const digest = `sha256:${"a".repeat(64)}`;
const pinned = { image: `${registry}/tf_serving@${digest}` };
const updated = { preview: false };
const deployment = "kubernetes:apps/v1:Deployment";
const namespaceType = "kubernetes:core/v1:Namespace";

let recording: Recording;

beforeEach(() => {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

/** The outputs of a preview, or of an update. */
async function run(
  settings: Record<string, unknown> = {},
  surroundings: around.Surroundings = {},
): Promise<around.Run["outputs"]> {
  const all = { preview: true, ...surroundings };
  const { outputs, ...run } = await around.runProgram({ ...target, ...settings }, all);
  recording = run.recording;
  return outputs;
}

type Pod = { containers: object[]; imagePullSecrets?: object[]; volumes: object[] };

const types = () => new Set(recording.resources.map(({ type }) => type));
const provider = () => recording.find("pulumi:providers:kubernetes").inputs;
const namespace = () =>
  (recording.find(deployment, "serving-replica").inputs.metadata as { namespace: string })
    .namespace;
const podOf = (type: string, name?: string) =>
  (recording.find(type, name).inputs.spec as { template: { spec: Pod } }).template.spec;
const replica = () => podOf(deployment, "serving-replica");

describe("the cluster of the program", () => {
  it("is the one that kubectl would use, for every object", async () => {
    expect((await run()).context).toBe("test");
    const { name, inputs } = recording.find("pulumi:providers:kubernetes");
    expect(inputs).toMatchObject({ context: "test" });
    const others = recording.resources.filter(
      (one) => /^kubernetes:/.test(one.type) && !one.provider.endsWith(name),
    );
    expect(others).toEqual([]);
  });

  it("is that of the kubeconfig that is named; its content is a secret, its path is not", async () => {
    const server = await startFakeCluster(around.namespaces());
    const choice = { context: "other", kubeconfig: kubeconfigFile(server, ["test", "other"]) };
    await run({ kubernetesCluster: choice });
    expect(provider()).toMatchObject(choice);
    const kubeconfig = kubeconfigFor(server);
    await run({ kubernetesCluster: { kubeconfig } });
    expect(provider().kubeconfig).toEqual(secret(kubeconfig));
  });
});

describe("the program on Kubernetes", () => {
  it("builds, pushes and runs the model folder, by digest", async () => {
    const { image, ...outputs } = await around.valuesOf(await run({}, updated));
    expect(image).toBe(`${registry}/tf_serving@sha256:${"d".repeat(64)}`);
    expect(replica().containers).toEqual([expect.objectContaining({ image })]);
    expect(outputs.signature).toEqual(signature);
  });

  it("runs a pinned digest without a build, and says where that serves", async () => {
    const outputs = await run({ ...pinned, registry: "" }, updated);
    expect(replica().containers).toEqual([expect.objectContaining(pinned)]);
    expect([...types()].filter((type) => type.startsWith("docker:"))).toEqual([]);
    await expect(await around.renderedOutputs(outputs)).toMatchFileSnapshot(
      "snapshots/outputs-kubernetes.yaml",
    );
  });

  it("serves a volume's model with the runtime image, which holds none", async () => {
    const kubernetesModelVolume = { claimName: "models", subPath: "birds" };
    const outputs = await run({ modelVersion: "7", kubernetesModelVolume }, updated);
    // Pulumi warns of an output that is undefined.
    expect(outputs).not.toHaveProperty("signature");
    const { image, release } = await around.valuesOf(outputs);
    expect(image).toMatch(new RegExp(`^${registry}/tf_serving_runtime@sha256:`));
    const volume = JSON.stringify(kubernetesModelVolume);
    expect(release).toMatchObject({
      settings: { modelVersion: "7", kubernetesModelVolume: volume },
    });
    expect(types()).not.toContain("tfserving:index:ServingImage");
    expect(JSON.stringify(replica().volumes)).toContain('"claimName":"models"');
  });

  it("gives a canary an image and replicas of its own", async () => {
    const canary = { canaryVersion: "3", canaryPercent: 10 };
    const outputs = await run({ modelFolder: "two/models", modelVersion: "12", ...canary });
    expect(outputs).toMatchObject(canary);
    expect(recording.find("tfserving:index:ServingImage", "canary")).toBeDefined();
    expect(recording.find(deployment, "serving-canary").inputs.metadata).toMatchObject({
      labels: { "app.kubernetes.io/version": "3" },
    });
  });

  it("leaves the number of replicas to autoscaling", async () => {
    const versions = [{ groupVersion: "metrics.k8s.io/v1beta1" }];
    const cluster = { "/apis": { groups: [{ name: "metrics.k8s.io", versions }] } };
    const autoscaling = { minReplicas: 3, maxReplicas: 9 };
    const outputs = await run({ kubernetesService: { autoscaling } }, { cluster });
    expect(outputs.replicas).toBe(3);
    const { spec } = recording.find(deployment, "serving-replica").inputs;
    expect(spec).not.toHaveProperty("replicas");
  });

  it("has no notebook where none is wanted", async () => {
    const outputs = await run({ notebook: false });
    expect(types()).not.toContain("tfserving-kubernetes:index:KubernetesNotebook");
    expect(Object.keys(outputs).filter((name) => name.startsWith("notebook"))).toEqual([]);
  });
});

describe("the namespace of the program", () => {
  const own = { "tfserving-dev": { "tfserving.stack": "tfserving.dev" } };
  const there = { cluster: around.namespaces(own) };
  const foreign = (name: string) => ({
    kubernetesCluster: { namespace: name, createNamespace: false },
  });

  it("is one of its own, takes restricted pods only and stays when the stack goes", async () => {
    const outputs = await run({ kubernetesLabels: { team: "birds" } });
    expect(outputs.ownNamespace).toBe("tfserving-dev");
    const made = recording.find(namespaceType);
    await expect(rendered([made], "kubernetes")).toMatchFileSnapshot("snapshots/namespace.yaml");
    expect(made.retainOnDelete).toBe(true);
  });

  it("goes with the stack where the stack says so", async () => {
    await run({ kubernetesCluster: { keepNamespace: false } });
    expect(recording.find(namespaceType).retainOnDelete).toBeFalsy();
  });

  it("goes on being declared where the stack has it", async () => {
    await run({}, { ...there, recorded: { ownNamespace: "tfserving-dev" } });
    expect(types()).toContain(namespaceType);
  });

  it("is used again after the stack was gone", async () => {
    const outputs = await run({}, there);
    expect(types()).not.toContain(namespaceType);
    expect(outputs.ownNamespace).toBe("");
    expect(namespace()).toBe("tfserving-dev");
  });

  it("may be another's, where the stack shall not make one", async () => {
    await run(foreign("default"));
    expect(types()).not.toContain(namespaceType);
    expect(namespace()).toBe("default");
  });

  it("is taken on trust where the user may not look it up", async () => {
    const paths = ["/api/v1/namespaces", "/api/v1/namespaces/team"];
    const cluster = Object.fromEntries(paths.map((path) => [path, new Refused(403)]));
    await run(foreign("team"), { cluster });
    expect(namespace()).toBe("team");
  });
});

describe("the nodes pull", () => {
  const login = { registryUsername: "ada", registryPassword: "lovelace" };
  const pullSecrets = () =>
    recording.resources.filter(
      ({ type, name }) => type === "kubernetes:core/v1:Secret" && name === "registry",
    );

  it("with the registry's login, in a Secret for replicas and notebook", async () => {
    await run(login, updated);
    const auth = Buffer.from("ada:lovelace").toString("base64");
    const auths = { [registry]: { username: "ada", password: "lovelace", auth } };
    expect(pullSecrets()[0].inputs).toMatchObject({
      type: "kubernetes.io/dockerconfigjson",
      stringData: secret({ ".dockerconfigjson": JSON.stringify({ auths }) }),
    });
    expect(replica().imagePullSecrets).toHaveLength(1);
    const notebook = podOf("kubernetes:apps/v1:StatefulSet");
    expect(notebook.imagePullSecrets).toEqual(replica().imagePullSecrets);
  });

  it("with Secrets that are there, in place of it", async () => {
    await run({ ...login, kubernetesService: { imagePullSecrets: ["reader"] } });
    expect(replica().imagePullSecrets).toEqual([{ name: "reader" }]);
    expect(pullSecrets()).toEqual([]);
  });

  it("without a login where the registry has none", async () => {
    await run();
    expect(replica().imagePullSecrets ?? []).toEqual([]);
  });
});
