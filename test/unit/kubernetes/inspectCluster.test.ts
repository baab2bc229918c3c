import * as fs from "node:fs";
import * as path from "node:path";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { connectCluster, findNamespace, inspectCluster } from "../../../components";
import {
  cluster,
  clusterAnswers,
  kubeconfigFile,
  kubeconfigFor,
  listOf,
  pathOf,
  Refused,
  startFakeCluster,
} from "../../support/fakeCluster";
import { startServer } from "../../support/fakeEngine";
import { temporaryFolder } from "../../support/modelFolder";

beforeEach(() => {
  vi.stubEnv("KUBECONFIG", undefined);
  vi.stubEnv("HOME", temporaryFolder());
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("a cluster that answers", () => {
  it("tells what it is", async () => {
    const server = await startFakeCluster();
    const kubeconfig = kubeconfigFor(server);
    expect(await inspectCluster({ kubeconfig }, { imageVolumes: true })).toEqual({
      ...cluster,
      server,
      kubeconfig,
    });
  });

  it("keeps to itself what the user may not read", async () => {
    const server = await startFakeCluster(
      Object.fromEntries(
        Object.keys(clusterAnswers)
          .filter((path) => !["/version", "/apis"].includes(path))
          .map((path) => [path, new Refused(403)]),
      ),
    );
    const kubeconfig = kubeconfigFor(server);
    expect(await inspectCluster({ kubeconfig }, { imageVolumes: true })).toEqual({
      ...cluster,
      server,
      kubeconfig,
      namespaces: undefined,
      gpus: undefined,
      runtimeClasses: undefined,
      priorityClasses: undefined,
      ingressClasses: undefined,
      storageClasses: undefined,
      defaultStorageClass: undefined,
    });
  });

  it("is asked as the user of the context", async () => {
    const asked: (string | undefined)[] = [];
    const port = await startServer((request, response) => {
      asked.push(request.headers.authorization);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(clusterAnswers[pathOf(request)]));
    });
    const kubeconfig = kubeconfigFor(`http://127.0.0.1:${port}`, ["test", "other"]);
    await inspectCluster({ kubeconfig, context: "other" });
    expect(new Set(asked)).toEqual(new Set(["Bearer token-of-other"]));
  });

  it("sums up the GPUs of its nodes, and no resource of Kubernetes itself", async () => {
    const node = (allocatable: Record<string, string>) => ({ status: { allocatable } });
    const server = await startFakeCluster({
      "/api/v1/nodes": listOf(
        node({ cpu: "8", memory: "32Gi", "hugepages-2Mi": "0", "nvidia.com/gpu": "4" }),
        node({ "nvidia.com/gpu": "2", "amd.com/gpu": "0", "nvidia.com/mig-1g.5gb": "7" }),
        node({ "attachable.kubernetes.io/disks": "3", "example.com/slot": "1k" }),
      ),
    });
    expect((await inspectCluster({ kubeconfig: kubeconfigFor(server) })).gpus).toEqual({
      "nvidia.com/gpu": 6,
      "nvidia.com/mig-1g.5gb": 7,
      "example.com/slot": 1000,
    });
  });

  it("gives long lists in pages", async () => {
    const port = await startServer((request, response) => {
      const page = new URL(request.url ?? "", "http://any").searchParams.get("continue");
      const path = pathOf(request);
      const answer =
        path === "/api/v1/namespaces"
          ? { ...listOf(page ?? "first"), metadata: page ? {} : { continue: "second" } }
          : clusterAnswers[path];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
    const { namespaces } = await inspectCluster({
      kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`),
    });
    expect(namespaces).toEqual(["first", "second"]);
  });

  const feature = (value: number) =>
    `# TYPE kubernetes_feature_enabled gauge\nkubernetes_feature_enabled{name="ImageVolume",stage="BETA"} ${value}\n`;
  it.each([
    { version: "v1.36.1", metrics: undefined, imageVolumes: true },
    { version: "v1.35.0-eks-1", metrics: undefined, imageVolumes: true },
    { version: "v1.34.2", metrics: feature(1), imageVolumes: true },
    { version: "v1.34.2", metrics: feature(0), imageVolumes: false },
    { version: "v1.33.0+k3s1", metrics: new Refused(403), imageVolumes: false },
    { version: "v1.30.9", metrics: feature(1), imageVolumes: false },
  ])("of version $version can have image volumes: $imageVolumes", async (given) => {
    const server = await startFakeCluster({
      "/version": { gitVersion: given.version },
      "/metrics": given.metrics,
    });
    const asked = { imageVolumes: true };
    const { imageVolumes } = await inspectCluster({ kubeconfig: kubeconfigFor(server) }, asked);
    expect(imageVolumes).toBe(given.imageVolumes);
  });

  it("reads no metrics unless image volumes are asked for", async () => {
    const paths: string[] = [];
    const port = await startServer((request, response) => {
      paths.push(pathOf(request));
      const answers: typeof clusterAnswers = {
        ...clusterAnswers,
        "/version": { gitVersion: "v1.34.2" },
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answers[pathOf(request)]));
    });
    const kubeconfig = kubeconfigFor(`http://127.0.0.1:${port}`);
    expect(await inspectCluster({ kubeconfig })).not.toHaveProperty("imageVolumes");
    expect(paths).toContain("/version");
    expect(paths).not.toContain("/metrics");
    await inspectCluster({ kubeconfig }, { imageVolumes: true });
    expect(paths).toContain("/metrics");
  });
});

describe("the kubeconfig", () => {
  it("may be a file", async () => {
    const server = await startFakeCluster();
    const kubeconfig = kubeconfigFile(server);
    expect(await inspectCluster({ kubeconfig })).toMatchObject({ server, kubeconfig });
  });

  it("may be in the home folder that ~ stands for", async () => {
    const server = await startFakeCluster();
    fs.writeFileSync(path.join(String(process.env.HOME), "cluster"), kubeconfigFor(server));
    expect(await inspectCluster({ kubeconfig: "~/cluster" })).toMatchObject({ server });
  });

  it("is the default one of kubectl, where nothing else is said", async () => {
    const server = await startFakeCluster();
    fs.mkdirSync(path.join(String(process.env.HOME), ".kube"));
    fs.writeFileSync(path.join(String(process.env.HOME), ".kube", "config"), kubeconfigFor(server));
    expect(await inspectCluster()).toMatchObject({ server });
  });

  it("is all files of KUBECONFIG, of which the first one with a name counts", async () => {
    const server = await startFakeCluster();
    const files = [
      kubeconfigFile(server, ["a", "b"]),
      path.join(temporaryFolder(), "missing"),
      kubeconfigFile("http://127.0.0.1:1", ["b", "c"]),
    ];
    vi.stubEnv("KUBECONFIG", files.join(path.delimiter));
    expect(await inspectCluster()).toMatchObject({ server, context: "a" });
    expect(await inspectCluster({ context: "b" })).toMatchObject({ server, context: "b" });
    await expect(inspectCluster({ context: "c" })).rejects.toThrow("http://127.0.0.1:1");
  });
});

describe("a cluster that cannot be used is refused in one sentence", () => {
  const refusal = async (choice: Parameters<typeof inspectCluster>[0]) => {
    const error = await inspectCluster(choice).catch((reason: unknown) => reason);
    const { propertyPath, message } = error as Error & { propertyPath: string };
    return { propertyPath, message };
  };

  it("no kubeconfig", async () => {
    expect(await refusal({})).toEqual({
      propertyPath: "kubeconfig",
      message:
        `there is no kubeconfig: ${process.env.HOME}/.kube/config does not exist; ` +
        "name the file of a cluster here or in KUBECONFIG",
    });
  });

  it("no such file", async () => {
    expect((await refusal({ kubeconfig: "/no/such/file" })).message).toBe(
      "there is no kubeconfig: /no/such/file does not exist; " +
        "name the file of a cluster here or in KUBECONFIG",
    );
  });

  it.each([
    ["no YAML", "a: b: c\n", "the kubeconfig that was given cannot be read: "],
    ["nothing in it", "\n", "the kubeconfig that was given cannot be read: "],
  ])("%s", async (_, kubeconfig, message) => {
    expect((await refusal({ kubeconfig })).message).toContain(message);
  });

  it.each([
    ["prod", 'is "prod", which the kubeconfig does not have: known are kind-dev, staging'],
    ["kind_dev", 'is "kind_dev", which the kubeconfig does not have: did you mean "kind-dev"?'],
  ])("the unknown context %s", async (context, message) => {
    const kubeconfig = kubeconfigFor("http://127.0.0.1:1", ["kind-dev", "staging"]);
    expect(await refusal({ kubeconfig, context })).toEqual({ propertyPath: "context", message });
  });

  it("no current context", async () => {
    const kubeconfig = kubeconfigFor("http://127.0.0.1:1", ["a", "b"], "");
    expect(await refusal({ kubeconfig })).toEqual({
      propertyPath: "context",
      message: "is missing, and the kubeconfig has no current one: known are a, b",
    });
  });

  it("a context without its cluster", async () => {
    const kubeconfig = JSON.stringify({
      contexts: [{ name: "a", context: { cluster: "gone", user: "u" } }],
      "current-context": "a",
    });
    expect((await refusal({ kubeconfig })).message).toBe(
      'is "a", and the kubeconfig does not have its cluster: put the kubeconfig right',
    );
  });

  it("nobody listens", async () => {
    expect(await refusal({ kubeconfig: kubeconfigFor("https://127.0.0.1:1") })).toEqual({
      propertyPath: "kubeconfig",
      message:
        "the Kubernetes API server at https://127.0.0.1:1 (context test) does not answer " +
        "(connect ECONNREFUSED 127.0.0.1:1): start it, or name another cluster",
    });
  });

  it("the credentials have ended", async () => {
    const server = await startFakeCluster({ "/version": new Refused(401) });
    expect((await refusal({ kubeconfig: kubeconfigFor(server) })).message).toBe(
      `the Kubernetes API server at ${server} (context test) does not accept the user of that ` +
        "context (401 Unauthorized): renew its credentials",
    );
  });

  it.each([
    ["an error", new Refused(503), "HTTP code 503"],
    ["another server", { hello: "there" }, "another server is there"],
  ])("%s", async (_, answer, reason) => {
    const server = await startFakeCluster({ "/version": answer });
    expect((await refusal({ kubeconfig: kubeconfigFor(server) })).message).toBe(
      `the Kubernetes API server at ${server} (context test) does not answer (${reason}): ` +
        "start it, or name another cluster",
    );
  });

  it("silence", { timeout: 10_000 }, async () => {
    const port = await startServer(() => {});
    const begun = Date.now();
    const { message } = await refusal({ kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`) });
    expect(message).toContain("does not answer (no answer in 5 s)");
    expect(Date.now() - begun).toBeLessThan(7_000);
  });
});

describe("a namespace", () => {
  it.each([
    ["is there", undefined, { exists: true, terminating: false }],
    [
      "is being deleted",
      { metadata: { name: "default" }, status: { phase: "Terminating" } },
      { exists: true, terminating: true },
    ],
    ["is missing", new Refused(404), { exists: false, terminating: false }],
    ["may not be asked for", new Refused(403), undefined],
  ])("%s", async (_, answer, found) => {
    const path = "/api/v1/namespaces/default";
    const server = await startFakeCluster({ [path]: answer ?? clusterAnswers[path] });
    expect(await findNamespace({ kubeconfig: kubeconfigFor(server) }, "default")).toEqual(found);
  });
});

it("a client is of the cluster that was inspected", async () => {
  const server = await startFakeCluster();
  const { core } = await connectCluster(
    await inspectCluster({ kubeconfig: kubeconfigFor(server) }),
  );
  expect((await core.readNamespace({ name: "default" })).metadata?.name).toBe("default");
});
