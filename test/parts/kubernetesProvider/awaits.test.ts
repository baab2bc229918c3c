import { describe, expect, it } from "vitest";
import { TestProvider } from "../../kubernetes/provider";
import type { Plain } from "../../provider/provider";
import { change, checked, idle, make, noOptions, provider, remove, urnOf } from "./testProvider";
import { withCluster, within } from "./testProvider";

const cluster = withCluster();

/** Creates an object that cannot become ready in the time given. */
async function fails(type: string, given: Plain, options = within(20)): Promise<string> {
  const urn = urnOf(type);
  const inputs = await checked(type, given);
  const error = await provider.create(urn, inputs, options).catch((reason) => reason);
  expect(error.id).toBe(`default/${inputs.metadata.name}`);
  await provider.delete(urn, error.id, error.outputs, noOptions);
  return error.reasons.join("\n");
}

const service = (app: string, spec: Plain = {}) => ({
  spec: { selector: { app }, ports: [{ port: 80 }], ...spec },
});
const annotated = (annotations: Plain) => ({ metadata: { annotations } });

describe("a Deployment", () => {
  it("is there once all its pods are ready", async () => {
    const given = idle("ready");
    given.spec.replicas = 2;

    const made = await make("apps/v1:Deployment", given);

    expect(made.state.status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
    await remove(made);
  });

  it("is changed once the new pods are ready and the old ones are gone", async () => {
    const made = await make("apps/v1:Deployment", idle("rolls"));

    const { state } = await change(made, idle("rolls", { env: [{ name: "NEW", value: "1" }] }));

    expect(state.status).toMatchObject({ replicas: 1, readyReplicas: 1, updatedReplicas: 1 });
    expect(state.metadata.annotations["deployment.kubernetes.io/revision"]).toBe("2");
    await remove(made);
  });

  // prettier-ignore
  it.each([
    ["an image that is not there", { image: "tfserving.test/none:1" }, /waits: \[ErrImageNeverPull\]/],
    ["a program that ends", { command: ["/none"] }, /ended with exit code|waits: \[(RunContainerError|CrashLoopBackOff)\]/],
    ["a probe that never succeeds", { readinessProbe: { tcpSocket: { port: 1 } } }, /runs, but is not ready/],
    ["no room on the node", { resources: { requests: { cpu: "1000" } } }, /\[Unschedulable\] 0\/1 nodes/],
  ])("says why its pods are not ready: %s", async (_, pod, reason) => {
    const text = await fails("apps/v1:Deployment", idle("broken", pod), within(10));

    expect(text).toMatch(/Timeout occurred for 'one-/);
    expect(text).toMatch(reason);
  });

  it("that failed keeps its new inputs on the server for the next update", async () => {
    const made = await make("apps/v1:Deployment", idle("again"));

    const error = await change(made, idle("again", { command: ["/none"] }), within(5)).catch(
      (reason) => reason,
    );
    const repaired = { ...made, state: error.outputs };
    const { state } = await change(repaired, idle("again"));

    expect(error.outputs.spec.template.spec.containers[0].command).toEqual(["/none"]);
    expect(state.status).toMatchObject({ readyReplicas: 1, updatedReplicas: 1 });
    await remove({ ...made, state });
  });

  it("that stops being ready is known with its reasons", async () => {
    const made = await make("apps/v1:Deployment", idle("stops"));
    const { name } = made.state.metadata;
    cluster().kubectl("set", "image", `deployment/${name}`, "idle=tfserving.test/none:1");

    await expect
      .poll(
        () => provider.read(made.urn, made.id, made.state, made.inputs).catch((e) => e.reasons),
        {
          timeout: 30_000,
        },
      )
      .toEqual(expect.arrayContaining([expect.stringContaining("ErrImageNeverPull")]));
    await remove(made);
  });
});

describe("how long", () => {
  it("is said by an annotation", async () => {
    const broken = idle("timed", { command: ["/none"] });
    const begin = Date.now();

    const { metadata } = annotated({ "pulumi.com/timeoutSeconds": "2" });
    await fails("apps/v1:Deployment", { ...broken, metadata }, noOptions);

    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  it("is no time at all with another annotation", async () => {
    const { metadata } = annotated({ "pulumi.com/skipAwait": "true" });

    const made = await make("core/v1:Service", { ...service("nobody"), metadata });

    await remove(made);
  });

  it("is up to the user, who can end it", async () => {
    const other = new TestProvider();
    await other.configure({ kubeconfig: cluster().kubeconfig });
    const inputs = await checked("core/v1:Service", service("nobody"));
    const waiting = other.create(urnOf("core/v1:Service"), inputs, noOptions);

    other.cancel();

    const error = await waiting.catch((reason) => reason);
    expect(error.reasons.join("\n")).toMatch(/was cancelled for 'one-/);
    await provider.delete(urnOf("core/v1:Service"), error.id, error.outputs, noOptions);
  });
});

describe("a Service", () => {
  it("is there once it has pods", async () => {
    const pods = await make("apps/v1:Deployment", idle("served"));

    const made = await make("core/v1:Service", service("served"));

    expect(made.state.spec.clusterIP).toMatch(/^10\./);
    await Promise.all([remove(made), remove(pods)]);
  });

  it("says that it has none", async () => {
    expect(await fails("core/v1:Service", service("nobody"), within(1))).toMatch(
      "Service does not target any Pods",
    );
  });

  it.each([
    ["has no address of its own", { clusterIP: "None" }],
    ["is a name for another", { type: "ExternalName", externalName: "example.org" }],
  ])("is not waited for where it %s", async (_, spec) => {
    await remove(await make("core/v1:Service", service("nobody", spec)));
  });
});

it("an Ingress without a controller says what is missing", async () => {
  const backend = { service: { name: "nobody", port: { number: 80 } } };

  const text = await fails(
    "networking.k8s.io/v1:Ingress",
    { spec: { defaultBackend: backend } },
    within(1),
  );

  expect(text).toMatch(/does not target any Service: nobody[^]*not updated with a hostname/);
});

it("a claim of a class that waits for the first pod is there unbound", async () => {
  const storage = await make("storage.k8s.io/v1:StorageClass", {
    provisioner: "example.org/none",
    volumeBindingMode: "WaitForFirstConsumer",
  });
  const claim = (storageClassName: string) => ({
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName,
    },
  });

  const made = await make("core/v1:PersistentVolumeClaim", claim(storage.state.metadata.name));
  const text = await fails("core/v1:PersistentVolumeClaim", claim("none"), within(1));

  expect(text).toMatch("PersistentVolumeClaim is not bound: Pending");
  await Promise.all([remove(made), remove(storage)]);
});

it("a Job that failed is not waited for", async () => {
  const { template } = idle("job", { command: ["/none"] }).spec;
  const spec = { ...template.spec, restartPolicy: "Never" };

  const text = await fails(
    "batch/v1:Job",
    { spec: { backoffLimit: 0, template: { spec } } },
    within(60),
  );

  expect(text).toMatch("[BackoffLimitExceeded]");
});
