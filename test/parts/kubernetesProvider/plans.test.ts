import { describe, expect, it } from "vitest";
import { TestProvider } from "../../kubernetes/provider";
import { type Plain, unknown } from "../../provider/provider";
import { urnOf } from "./testProvider";

// Reaches no server: what is left is what the provider knows by itself.
const provider = new TestProvider();

const check = (type: string, news: Plain, olds: Plain = {}) =>
  provider.check(urnOf(type), olds, news).then(({ inputs }) => inputs);

async function diff(type: string, before: Plain, after: Plain, live: Plain = before) {
  const olds = await check(type, before);
  const news = await check(type, after, olds);
  return provider.diff(urnOf(type), olds, news, { ...olds, ...live, metadata: olds.metadata });
}

describe("names", () => {
  it("an object without a name, and keeps it", async () => {
    const first = await check("core/v1:ConfigMap", { data: { a: "1" } });
    const second = await check("core/v1:ConfigMap", { data: { a: "2" } }, first);

    expect(first.metadata).toMatchObject({
      name: expect.stringMatching(/^one-[0-9a-f]{8}$/),
      namespace: "default",
      annotations: { "pulumi.com/autonamed": "true" },
    });
    expect(second.metadata).toEqual(first.metadata);
  });

  it.each([{ name: "given" }, { name: unknown }, { generateName: "given-" }])(
    "nothing where the inputs say %j",
    async (metadata) => {
      const inputs = await check("core/v1:ConfigMap", { metadata });

      expect(inputs.metadata).toEqual({ ...metadata, namespace: "default" });
    },
  );

  it("no namespace for what has none", async () => {
    const inputs = await check("core/v1:Namespace", { metadata: { name: "models" } });

    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "models" },
    });
  });
});

describe("plans", () => {
  const container = { name: "server", image: "server" };
  const template = (fields: Plain) => ({
    spec: { template: { spec: { containers: [{ ...container, ...fields }] } } },
  });

  it("a new object before the old one goes, where the name is new", async () => {
    const plan = await diff("core/v1:ConfigMap", { data: { a: "1" } }, { data: { a: "2" } });

    expect(plan).toEqual({ changed: ["data.a"], replaces: ["data.a"], deleteFirst: false });
  });

  it("the end of the old one first, where both would have the name", async () => {
    const metadata = { name: "given" };
    const [before, after] = ["1", "2"].map((a) => ({ metadata, data: { a } }));

    expect((await diff("core/v1:ConfigMap", before, after)).deleteFirst).toBe(true);
  });

  // prettier-ignore
  it.each([
    ["apps/v1:Deployment", { spec: { selector: { matchLabels: { app: "a" } } } },
      { spec: { selector: { matchLabels: { app: "b" } } } }, "spec.selector.matchLabels.app"],
    ["apps/v1:StatefulSet", { spec: { serviceName: "a" } }, { spec: { serviceName: "b" } }, "spec.serviceName"],
    ["core/v1:Secret", { type: "Opaque" }, { type: "kubernetes.io/tls" }, "type"],
    ["core/v1:Secret", { data: { a: "MQ==" } }, { data: { a: "Mg==" } }, "data.a"],
    ["core/v1:Service", { spec: { clusterIP: "10.0.0.1" } }, { spec: { clusterIP: "None" } }, "spec.clusterIP"],
    ["core/v1:PersistentVolumeClaim", { spec: { accessModes: ["ReadWriteOnce"] } },
      { spec: { accessModes: ["ReadOnlyMany"] } }, "spec.accessModes[0]"],
    ["core/v1:ConfigMap", { metadata: { name: "a" } }, { metadata: { name: "b" } }, "metadata.name"],
  ])("a replacement of %s from %j to %j", async (type, before, after, path) => {
    expect((await diff(type, before, after)).replaces).toEqual([path]);
  });

  // prettier-ignore
  it.each([
    ["a label", { metadata: { labels: { "a.b/c": "1" } } }, { metadata: { labels: { "a.b/c": "2" } } },
      ['metadata.labels["a.b/c"]']],
    ["an image", template({}), template({ image: "other" }), ["spec.template.spec.containers[0].image"]],
    ["a field that goes", template({ tty: true }), template({}), ["spec.template.spec.containers[0].tty"]],
    ["an item that comes", template({ args: ["a"] }), template({ args: ["a", "b"] }),
      ["spec.template.spec.containers[0].args[1]"]],
    ["a value that is not known yet", template({}), template({ image: unknown }),
      ["spec.template.spec.containers[0].image"]],
  ])("an update for %s", async (_, before, after, changed) => {
    expect(await diff("apps/v1:Deployment", before, after)).toEqual({
      changed,
      replaces: [],
      deleteFirst: false,
    });
  });

  // prettier-ignore
  it.each([
    ["a quantity that the server writes in another way", template({ resources: { limits: { cpu: "0.5", memory: "1024Mi" } } }),
      template({ resources: { limits: { cpu: "500m", memory: "1Gi" } } })],
    ["what the server adds", template({}), template({ terminationMessagePath: "/dev/termination-log" })],
    ["what the server leaves out, since it is the default", template({ tty: false, args: [], env: [] }), template({})],
  ])("no change for %s", async (_, given, live) => {
    expect((await diff("apps/v1:Deployment", given, given, live)).changed).toEqual([]);
  });

  it("no change for texts of a secret, which the server encodes", async () => {
    const given = { stringData: { key: "text" } };
    const live = { data: { key: Buffer.from("text").toString("base64") } };

    expect((await diff("core/v1:Secret", given, given, live)).changed).toEqual([]);
  });

  it("an update for what somebody else changed", async () => {
    const given = template({});

    const plan = await diff("apps/v1:Deployment", given, given, template({ image: "other" }));

    expect(plan.changed).toEqual(["spec.template.spec.containers[0].image"]);
  });
});

describe("refuses", () => {
  it.each([
    "helm.sh/v3:Release",
    "apps/v1:DeploymentPatch",
    "core/v1:ConfigMapList",
    "yaml/v2:ConfigFile",
  ])("what it cannot do: %s", async (type) => {
    await expect(check(type, {})).rejects.toThrow(`does not know kubernetes:${type}`);
  });

  it("functions", async () => {
    await expect(provider.invoke("kubernetes:yaml:decode")).rejects.toThrow("has no function");
  });

  it("an annotation that the official provider obeys and this one does not", async () => {
    const metadata = { annotations: { "pulumi.com/waitFor": "condition=Ready" } };

    const { failures } = await provider.check(urnOf("core/v1:Pod"), {}, { metadata });

    expect(failures.map(({ property }) => property)).toEqual([
      'metadata.annotations["pulumi.com/waitFor"]',
    ]);
  });

  it.each([
    ["kubeconfg", "~/.kube/config", "does not know this property"],
    ["enableServerSideApply", "false", "cannot do false"],
    ["upsertExistingObjects", "true", "cannot do true"],
    ["renderYamlToDirectory", "out", "does not know this property"],
  ])("the argument %s: %s", (name, value, reason) => {
    const { failures } = provider.checkConfig({ [name]: value, context: "known" });

    expect(failures).toEqual([{ property: name, reason: expect.stringContaining(reason) }]);
  });
});

describe("another cluster", () => {
  const kubeconfig = (server: string) =>
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
  const diffConfig = (olds: Plain, news: Plain) => provider.diffConfig(olds, news);

  it("has none of the objects", async () => {
    const [a, b] = ["https://a", "https://b"].map((server) => ({ kubeconfig: kubeconfig(server) }));

    expect((await diffConfig(a, b)).replaces).toEqual(["kubeconfig"]);
  });

  it("is not meant by another way to write the same", async () => {
    const text = kubeconfig("https://a");
    const other = JSON.stringify(JSON.parse(text), undefined, 2);

    expect(await diffConfig({ kubeconfig: text }, { kubeconfig: other })).toEqual({
      changed: ["kubeconfig"],
      replaces: [],
    });
  });
});
