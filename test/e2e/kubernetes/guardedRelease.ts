// The guard of releases on a real cluster, with pods that are ready at once.
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterEnv, sharedCluster } from "../../cluster/cluster";
import { configure, createStack, type TestStack } from "../../support/stack";

const good = ["/coredns", "-conf", "/etc/coredns/Corefile"];
const goodToo = [...good, "-quiet"];
const bad = ["/coredns", "-no-such-flag"];
const failure =
  /new replica guarded-\S+ ended with code \d before it was ready\. It said:.*no-such-flag/s;

/**
 * Declares the tests of the guard.
 *
 * @param scheme - how Pulumi's provider creates objects, and updates them after that
 * @param env - what makes the provider do so
 */
export function describeGuardedRelease(scheme: string, env: Record<string, string> = {}): void {
  describe(`a guarded release, provider ${scheme}`, () => {
    let cluster: Cluster;
    let stack: TestStack;

    beforeAll(async () => {
      cluster = sharedCluster();
      const project = path.join(__dirname, "guardProject");
      stack = await createStack("guard", {}, project, { ...clusterEnv(cluster), ...env });
    });
    afterAll(() => stack?.remove());

    test("that is the first and fails leaves no pods", async () => {
      await release({ command: bad, replicas: 2 });
      await expect(stack.stack.up()).rejects.toThrow(failure);
      expect(deployment().spec.replicas).toBe(0);
      await gone();
    });

    test("that failed is tried again by the next update", async () => {
      await expect(stack.stack.up()).rejects.toThrow(failure);
      await gone();
    });

    test("is followed by a good one without repair", async () => {
      await release({ command: good, replicas: 2, annotations: { extra: "1" } });
      await stack.stack.up();
      expect(running()).toEqual([good, good]);
    });

    test("that fails goes back to the pods that serve", async () => {
      const serving = names();
      await release({ command: bad, replicas: 2 });
      await expect(stack.stack.up()).rejects.toThrow(failure);
      await expect.poll(names).toEqual(serving);
      const { template } = deployment().spec;
      expect(template.spec.containers[0].command).toEqual(good);
      expect(template.metadata.annotations).toEqual({ extra: "1" });
    });

    test.each([
      ["the record", {}],
      ["a refresh", { refresh: true }],
    ])("that failed is no release for %s: the next update tries again", async (_what, options) => {
      const serving = names();
      const before = revision();
      await expect(stack.stack.up(options)).rejects.toThrow(failure);
      expect(revision()).toBeGreaterThan(before);
      await expect.poll(names).toEqual(serving);
    });

    test("that finds no node in its time goes back to the pods that serve", async () => {
      const serving = names();
      const nowhere = { nodeSelector: { pool: "none" }, schedulingTimeoutSeconds: 2 };
      await release({ command: goodToo, replicas: 2, ...nowhere });
      await expect(stack.stack.up()).rejects.toThrow(
        /new replica guarded-\S+ finds no node: .*raise schedulingTimeoutSeconds/s,
      );
      await expect.poll(names).toEqual(serving);
    });

    test("leaves no field behind that the next good one does not have, and no other owner", async () => {
      await release({ command: goodToo, replicas: 3 });
      await stack.stack.up();
      expect(running()).toEqual([goodToo, goodToo, goodToo]);
      const { metadata, spec } = deployment();
      expect(spec.template.metadata.annotations).toBeUndefined();
      expect(metadata.annotations["tfserving.release"]).toMatch(/^wanted/);
      const owners = metadata.managedFields.filter(({ subresource }) => !subresource);
      expect(owners.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
        expect.stringMatching(/^pulumi-kubernetes-\w+ Apply$/),
      ]);
    });

    test("changes nothing when it is repeated", async () => {
      const { summary } = await stack.stack.up();
      expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    });

    test("that is the first update after the creation fails and is followed by a good one", async () => {
      await stack.stack.destroy();
      await release({ command: good, replicas: 2 });
      await stack.stack.up();
      await release({ command: bad, replicas: 3 });
      await expect(stack.stack.up()).rejects.toThrow(failure);
      expect(running()).toEqual([good, good]);
      await release({ command: goodToo, replicas: 2 });
      await stack.stack.up();
      expect(running()).toEqual([goodToo, goodToo]);
    });

    test("whose undo is refused leaves the pods that serve, and is followed by a good one", async () => {
      cluster.apply(...noUndo);
      // The API server takes a moment to know a policy.
      const dry = () => cluster.kubectl("annotate", name(), "tfserving.release=undone", ...dryRun);
      await expect.poll(() => refusalOf(dry), { timeout: 30_000 }).toContain("no undo today");
      await release({ command: bad, replicas: 2 });
      await expect(stack.stack.up()).rejects.toThrow(/cannot be taken back: .*no undo today/s);
      expect(running().filter((command) => command[1] === goodToo[1])).toHaveLength(2);
      cluster.kubectl(
        "delete",
        "validatingadmissionpolicy,validatingadmissionpolicybinding",
        "undo",
      );
      await release({ command: goodToo, replicas: 2 });
      await stack.stack.up();
      await expect.poll(running).toEqual([goodToo, goodToo]);
    });

    test("does not see what kubectl adds, and takes it away with the next update", async () => {
      cluster.kubectl("set", "env", name(), "ADDED=1");
      cluster.kubectl("rollout", "status", name(), "--timeout=60s");
      const { summary } = await stack.stack.up({ refresh: true });
      expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
      expect(deployment().spec.template.spec.containers[0].env).toEqual([
        { name: "ADDED", value: "1" },
      ]);
      await release({ command: good, replicas: 2 });
      await stack.stack.up();
      expect(deployment().spec.template.spec.containers[0].env).toBeUndefined();
    });

    test("takes back what kubectl has scaled, labelled and set", async () => {
      cluster.kubectl("scale", name(), "--replicas=1");
      cluster.kubectl("label", name(), "app=other", "--overwrite");
      cluster.kubectl("set", "image", name(), "server=tfserving.test/system:other");
      await stack.stack.up({ refresh: true });
      await expect.poll(running).toEqual([good, good]);
      expect(deployment().metadata.labels.app).toBe("guarded");
    });

    test("of a Deployment that counts no replicas itself fails and is followed alike", async () => {
      await stack.stack.destroy();
      await release({ command: bad });
      await expect(stack.stack.up()).rejects.toThrow(failure);
      expect(deployment().spec.replicas).toBe(0);
      await release({ command: good });
      await stack.stack.up();
      expect(running()).toEqual([good]);
    });

    function release(config: Record<string, unknown>): Promise<void> {
      return configure(stack.stack, config);
    }

    function get<T>(kind: string): T[] {
      return JSON.parse(cluster.kubectl("get", kind, "-l", "app=guarded", "-o", "json")).items;
    }

    function deployment(): Live {
      const { items } = JSON.parse(
        cluster.kubectl("get", "deployments", "--show-managed-fields", "-o", "json"),
      );
      return items[0];
    }

    function name(): string {
      return `deployment/${deployment().metadata.name}`;
    }

    function revision(): number {
      return Number(deployment().metadata.annotations["deployment.kubernetes.io/revision"]);
    }

    function pods(): Pod[] {
      return get<Pod>("pods").filter(({ metadata }) => !metadata.deletionTimestamp);
    }

    function names(): string[] {
      return pods()
        .map(({ metadata }) => metadata.name)
        .sort();
    }

    function running(): string[][] {
      return pods().map(({ spec }) => spec.containers[0].command);
    }

    async function gone(): Promise<void> {
      await expect.poll(names, { timeout: 10_000 }).toEqual([]);
    }
  });
}

const dryRun = ["--overwrite", "--dry-run=server"];

/** An admission policy that a guard's undo does not pass. */
const noUndo = [
  {
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "undo" },
    spec: {
      matchConstraints: {
        // Other tests have releases of their own on the cluster.
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } },
        resourceRules: [
          {
            ...{ apiGroups: ["apps"], apiVersions: ["v1"] },
            ...{ operations: ["UPDATE"], resources: ["deployments"] },
          },
        ],
      },
      validations: [
        {
          expression: `object.metadata.?annotations["tfserving.release"].orValue("") != "undone"`,
          message: "no undo today",
        },
      ],
    },
  },
  {
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "undo" },
    spec: { policyName: "undo", validationActions: ["Deny"] },
  },
].map((object) => ({ apiVersion: "admissionregistration.k8s.io/v1", ...object }));

/** What an action is refused with; nothing where it is not. */
function refusalOf(action: () => unknown): string {
  try {
    action();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  spec: { containers: { command: string[]; env?: object[] }[] };
}

interface Live {
  metadata: {
    name: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    managedFields: { manager: string; operation: string; subresource?: string }[];
  };
  spec: {
    replicas: number;
    template: { metadata: { annotations?: Record<string, string> }; spec: Pod["spec"] };
  };
}
