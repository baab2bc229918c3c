import { describe, expect, it } from "vitest";
import type { Plain } from "../../provider/provider";
import { change, checked, idle, make, noOptions, provider, remove, urnOf } from "./testProvider";
import { warnings, withCluster } from "./testProvider";

const cluster = withCluster();

const kubectl = (...args: string[]) => cluster().kubectl(...args);
const configMap = (data: Plain, metadata?: Plain) => ({ data, metadata });
const ignoring = (...ignored: string[]) => ({ ...noOptions, ignored });

describe("checks", () => {
  it.each([
    [
      "apps/v1:Deployment",
      { spec: { ...idle("a").spec, replica: 2 } },
      'unknown field "spec.replica"',
    ],
    ["core/v1:ConfigMap", { dat: {} }, 'unknown field "dat"'],
    ["core/v1:Service", { spec: { ports: [{ port: "http" }] } }, "cannot unmarshal string"],
  ])("that the server knows every field: %s", async (type, inputs, reason) => {
    const { failures } = await provider.check(urnOf(type), {}, inputs);

    expect(failures).toEqual([{ property: "", reason: expect.stringContaining(reason) }]);
  });

  it("nothing while a value is not known", async () => {
    const spec = { replica: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };

    expect((await provider.check(urnOf("apps/v1:Deployment"), {}, { spec })).failures).toEqual([]);
  });
});

describe("a plan", () => {
  it("has what the server would add, and leaves nothing there", async () => {
    const inputs = await checked("core/v1:Service", { spec: { ports: [{ port: 80 }] } });

    const planned = await provider.planCreate(urnOf("core/v1:Service"), inputs);

    expect(planned.spec).toMatchObject({ type: "ClusterIP", ports: [{ protocol: "TCP" }] });
    expect(planned.status).toBeUndefined();
    expect(kubectl("get", "services", "-o", "name")).not.toContain(inputs.metadata.name);
  });

  it("is refused with the server's words", async () => {
    const inputs = await checked("core/v1:Service", { spec: { ports: [{ port: 0 }] } });

    await expect(provider.planCreate(urnOf("core/v1:Service"), inputs)).rejects.toThrow(
      /spec\.ports\[0\]\.port: Invalid value: 0/,
    );
  });

  it("knows the inputs where the namespace is not there yet", async () => {
    const inputs = await checked(
      "core/v1:ConfigMap",
      configMap({ a: "1" }, { namespace: "later" }),
    );

    expect(await provider.planCreate(urnOf("core/v1:ConfigMap"), inputs)).toEqual(inputs);
  });

  it("knows the inputs where the kind is not there yet", async () => {
    const inputs = await checked("example.org/v1:Later", { spec: {} });

    expect(await provider.planCreate(urnOf("example.org/v1:Later"), inputs)).toEqual(inputs);
  });

  it("of an update has the new values and changes nothing", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1" }));
    const news = await checked("core/v1:ConfigMap", configMap({ a: "2" }), made.inputs);

    const { urn, state, inputs, id } = made;
    const planned = await provider.planUpdate(urn, state, inputs, news, noOptions);

    expect(planned.data).toEqual({ a: "2" });
    expect((await provider.read(urn, id, state, inputs))?.outputs.data).toEqual({ a: "1" });
  });
});

describe("an object", () => {
  it("that is there already is not taken over", async () => {
    const { urn, inputs } = await make("core/v1:ConfigMap", configMap({ a: "1" }));

    await expect(provider.create(urn, inputs, noOptions)).rejects.toThrow("already exists");
  });

  it("loses the fields that its inputs lose", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1", b: "2" }));

    const { state } = await change(made, configMap({ a: "3" }));

    expect(state.data).toEqual({ a: "3" });
    expect(state.metadata.managedFields).toMatchObject([
      { manager: made.state.__fieldManager, operation: "Apply" },
    ]);
  });

  it("gets its values back from kubectl", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1" }));
    kubectl("patch", "configmap", made.state.metadata.name, "-p", '{"data":{"a":"2"}}');

    expect((await change(made, configMap({ a: "1" }))).state.data).toEqual({ a: "1" });
  });

  const byAnother = (name: string) =>
    kubectl("patch", "configmap", name, "-p", '{"data":{"a":"2"}}', "--field-manager=another");

  it("is in conflict with another manager, and the next update is tried from there", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1" }));
    byAnother(made.state.metadata.name);

    await expect(change(made, configMap({ a: "3" }))).rejects.toMatchObject({
      id: made.id,
      outputs: { data: { a: "2" } },
      reasons: expect.arrayContaining([
        expect.stringMatching(/conflict with "another".*\.data\.a/s),
      ]),
    });
  });

  it("is taken from another manager where an annotation says so", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1" }));
    byAnother(made.state.metadata.name);

    const annotations = { "pulumi.com/patchForce": "true" };
    const { state } = await change(made, configMap({ a: "3" }, { annotations }));

    expect(state.data).toEqual({ a: "3" });
  });

  it("keeps the value of another manager where it is ignored", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1", b: "1" }));
    byAnother(made.state.metadata.name);

    const { state } = await change(made, configMap({ a: "1", b: "2" }), ignoring("data.a"));

    expect(state.data).toEqual({ a: "2", b: "2" });
  });

  it("is read with what it has become", async () => {
    const { urn, id, state, inputs } = await make("core/v1:ConfigMap", configMap({ a: "1" }));
    kubectl("patch", "configmap", state.metadata.name, "-p", '{"data":{"a":"2","b":"2"}}');

    const found = await provider.read(urn, id, state, inputs);

    expect(found?.inputs).toEqual({ ...inputs, data: { a: "2" } });
    expect(found?.outputs.data).toEqual({ a: "2", b: "2" });
  });

  it("is read with its inputs where they only read differently", async () => {
    const stringData = { key: "text" };
    const { urn, id, state, inputs } = await make("core/v1:Secret", { stringData });

    expect((await provider.read(urn, id, state, inputs))?.inputs).toEqual(inputs);
  });

  it("that is gone is no longer known, and its end is no error", async () => {
    const made = await make("core/v1:ConfigMap", configMap({ a: "1" }));
    kubectl("delete", "configmap", made.state.metadata.name);

    expect(await provider.read(made.urn, made.id, made.state, made.inputs)).toBeUndefined();
    await expect(remove(made)).resolves.toBeUndefined();
  });

  it("goes with all that belongs to it", async () => {
    const made = await make("apps/v1:Deployment", idle("goes"));

    await remove(made);

    expect(kubectl("get", "pods,replicasets", "-l", "app=goes", "-o", "name")).toBe("");
  });

  it("that a finalizer keeps is named when its time is over", async () => {
    const metadata = { name: "kept", finalizers: ["example.org/keep"] };
    const { urn, id, state } = await make("core/v1:ConfigMap", configMap({}, metadata));

    await expect(
      provider.delete(urn, id, state, { ...noOptions, timeoutSeconds: 1 }),
    ).rejects.toThrow("ConfigMap kept (finalizers: example.org/keep)");
    kubectl("patch", "configmap", "kept", "-p", '{"metadata":{"finalizers":null}}');
  });
});

it("says what the server warns of", async () => {
  const labels = { "pod-security.kubernetes.io/warn": "restricted" };
  await make("core/v1:Namespace", { metadata: { name: "strict", labels } });

  await make("apps/v1:Deployment", { ...idle("warned"), metadata: { namespace: "strict" } });

  expect(warnings.join("\n")).toMatch(/would violate PodSecurity "restricted:latest"/);
});

it("waits for the definition of a custom resource", async () => {
  const definition = {
    metadata: { name: "things.example.org" },
    spec: {
      group: "example.org",
      scope: "Namespaced",
      names: { kind: "Thing", plural: "things" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: "object", properties: { spec: { type: "object" } } },
          },
        },
      ],
    },
  };
  const thing = make("example.org/v1:Thing", { spec: {} });

  await make("apiextensions.k8s.io/v1:CustomResourceDefinition", definition);

  expect((await thing).state.kind).toBe("Thing");
});
