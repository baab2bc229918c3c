import * as path from "node:path";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  ClusterError,
  connectCluster,
  findNamespace,
  inspectCluster,
} from "@tf-model-serving/kubernetes";
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
import { temporaryFolder, writeFiles } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";

beforeEach(() => {
  vi.stubEnv("KUBECONFIG", undefined);
  vi.stubEnv("HOME", temporaryFolder());
});

afterEach(() => void vi.useRealTimers());

/** What is said of a cluster with these answers. */
async function inspected(
  answers: Record<string, unknown>,
  asked?: Parameters<typeof inspectCluster>[1],
) {
  return inspectCluster({ kubeconfig: kubeconfigFor(await startFakeCluster(answers)) }, asked);
}

describe("a cluster that answers", () => {
  it("tells what it is", async () => {
    const found = await inspected({}, { imageVolumes: true });
    const { server } = found;
    expect(found).toEqual({ ...cluster, server, kubeconfig: kubeconfigFor(server) });
  });

  it("keeps to itself what the user may not read", async () => {
    const readable = ["/version", "/apis"];
    const others = Object.keys(clusterAnswers).filter((path) => !readable.includes(path));
    const refused = Object.fromEntries(others.map((path) => [path, new Refused(403)]));
    const { context, version, apiVersions, imageVolumes } = cluster;
    expect(await inspected(refused, { imageVolumes: true })).toEqual({
      ...{ context, version, apiVersions, imageVolumes },
      ...{ server: expect.any(String) as string, kubeconfig: expect.any(String) as string },
    });
  });

  it("is asked as the user of the context", async () => {
    const asked = new Set<string | undefined>();
    const server = await startFakeCluster({}, ({ headers }) => asked.add(headers.authorization));
    const kubeconfig = kubeconfigFor(server, ["test", "other"]);
    await inspectCluster({ kubeconfig, context: "other" });
    expect([...asked]).toEqual(["Bearer token-of-other"]);
  });

  it("sums up the GPUs of its nodes, and no resource of Kubernetes itself", async () => {
    const node = (allocatable: Record<string, string>) => ({ status: { allocatable } });
    const nodes = listOf(
      node({ cpu: "8", memory: "32Gi", "hugepages-2Mi": "0", "nvidia.com/gpu": "4" }),
      node({ "nvidia.com/gpu": "2", "amd.com/gpu": "0", "nvidia.com/mig-1g.5gb": "7" }),
      node({ "attachable.kubernetes.io/disks": "3", "example.com/slot": "1k" }),
    );
    const gpus = { "nvidia.com/gpu": 6, "nvidia.com/mig-1g.5gb": 7, "example.com/slot": 1000 };
    expect(await inspected({ "/api/v1/nodes": nodes })).toMatchObject({ gpus });
  });

  it("gives long lists in pages", async () => {
    const pages = (query: URLSearchParams) => {
      const page = query.get("continue");
      return { ...listOf(page ?? "first"), metadata: page ? {} : { continue: "second" } };
    };
    const { namespaces } = await inspected({ "/api/v1/namespaces": pages });
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
    const { version: gitVersion, metrics, imageVolumes } = given;
    const answers = { "/version": { gitVersion }, "/metrics": metrics };
    expect(await inspected(answers, { imageVolumes: true })).toMatchObject({ imageVolumes });
  });

  it("reads no metrics unless image volumes are asked for", async () => {
    const paths: string[] = [];
    const answers = { "/version": { gitVersion: "v1.34.2" } };
    const server = await startFakeCluster(answers, (request) => paths.push(pathOf(request)));
    const kubeconfig = kubeconfigFor(server);
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

  it.each([
    ["in the home folder that ~ stands for", "cluster", "~/cluster"],
    ["the default one of kubectl, where nothing else is said", ".kube/config", undefined],
  ])("may be %s", async (_, file, kubeconfig) => {
    const server = await startFakeCluster();
    writeFiles(String(process.env.HOME), { [file]: kubeconfigFor(server) });
    expect(await inspectCluster({ kubeconfig })).toMatchObject({ server });
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

type Choice = Parameters<typeof inspectCluster>[0];

const unused = "http://127.0.0.1:1";
const ofTwo = kubeconfigFor(unused, ["kind-dev", "staging"]);
const withoutItsCluster = {
  contexts: [{ name: "a", context: { cluster: "gone", user: "u" } }],
  "current-context": "a",
};

const unusable: Record<string, Choice> = {
  "no kubeconfig": {},
  "no such file": { kubeconfig: "/no/such/file" },
  "no YAML": { kubeconfig: "a: b: c\n" },
  "nothing in it": { kubeconfig: "\n" },
  "an unknown context": { kubeconfig: ofTwo, context: "prod" },
  "a context that is misspelt": { kubeconfig: ofTwo, context: "kind_dev" },
  "no current context": { kubeconfig: kubeconfigFor(unused, ["a", "b"], "") },
  "a context without its cluster": { kubeconfig: JSON.stringify(withoutItsCluster) },
  "nobody listens": { kubeconfig: kubeconfigFor("https://127.0.0.1:1") },
};

const unusableVersions: Record<string, unknown> = {
  "credentials that have ended": new Refused(401),
  "an error": new Refused(503),
  "another server": { hello: "there" },
};

describe("a cluster that cannot be used is refused in one sentence", () => {
  async function refusal(choice: Choice): Promise<string> {
    const error = await inspectCluster(choice).catch((reason: unknown) => reason);
    const { propertyPath, message } = error as Error & { propertyPath: string };
    return `${propertyPath} ${message}`;
  }

  it("that says what to do", async () => {
    const texts = [
      await refusals(unusable, async (choice) => [await refusal(choice)]),
      await refusals(unusableVersions, async (version) => {
        const server = await startFakeCluster({ "/version": version });
        return [await refusal({ kubeconfig: kubeconfigFor(server) })];
      }),
    ];
    const shown = texts
      .join("\n")
      .replaceAll(String(process.env.HOME), "HOME")
      .replace(/127\.0\.0\.1:\d{2,5}/g, "SERVER");
    await expect(shown).toMatchFileSnapshot("snapshots/unusable-clusters.txt");
  });

  it("silence", { timeout: 10_000 }, async () => {
    const port = await startServer(() => {});
    const begun = Date.now();
    const kubeconfig = kubeconfigFor(`http://127.0.0.1:${port}`);
    expect(await refusal({ kubeconfig })).toContain("does not answer (no answer in 5 s)");
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

it("a namespace that the API server fails to look up is no stack trace", async () => {
  const path = "/api/v1/namespaces/default";
  const server = await startFakeCluster({ [path]: new Refused(500) });
  const looked = findNamespace({ kubeconfig: kubeconfigFor(server) }, "default");
  const error: unknown = await looked.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ClusterError);
  expect((error as Error).message).toMatch(
    new RegExp(`^the Kubernetes API server at ${server} could not be asked: .*500`),
  );
});

it("a client is of the cluster that was inspected", async () => {
  const server = await startFakeCluster();
  const { core } = await connectCluster(
    await inspectCluster({ kubeconfig: kubeconfigFor(server) }),
  );
  expect((await core.readNamespace({ name: "default" })).metadata?.name).toBe("default");
});
