// The npm commands on a stack with `target: kubernetes`, on a real cluster of one node.
import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { stringify } from "yaml";
import { heldOutPictures } from "../../../cli/predict/pictures";
import { root } from "../../../cli/setup/folders";
import { Cluster, clusterEnv, sharedCluster } from "../../cluster/cluster";
import { CommandResult, predictedNames, runNpmCommand } from "../../support/npmCommand";

const stack = "test-kubernetes-commands";
const namespace = "commands";
const stackFile = path.join(root, `Pulumi.${stack}.yaml`);

describe("the npm commands on Kubernetes", () => {
  let cluster: Cluster;
  let preview: CommandResult;
  let up: CommandResult;
  let settings: Record<string, unknown>;

  beforeAll(async () => {
    cluster = sharedCluster();
    const { baseImage, balancerImage, standIns } = inject("images");
    // The layers that all releases share.
    cluster.push(baseImage, "serving");
    settings = {
      target: "kubernetes",
      balancerImage: cluster.push(balancerImage, "haproxy"),
      replicas: 2,
      cpus: "0.35",
      memoryMb: 1024,
      startTimeoutSeconds: 120,
      notebook: false,
      registry: cluster.registry,
      registryPlainHttp: true,
      ...(standIns ? { standIns } : {}),
      kubernetesCluster: { kubeconfig: cluster.kubeconfig, namespace },
      kubernetesService: { maxSurge: "1", minReadySeconds: 3 },
    };
    configure({});
    preview = run("pulumi", "preview");
    up = run("up");
  });
  afterAll(() => {
    run("down", "--remove");
    fs.rmSync(stackFile, { force: true });
  });

  test("preview works before the first up, and touches nothing", () => {
    expect(preview.output).toMatch(/^ +\+ \d+ to create$/m);
    expect(preview.status, preview.output).toBe(0);
  });

  test("up ends well, with the addresses and one prediction", () => {
    expect(up.output).toMatch(/^cluster +v1\.\d+\.\d+ at https:/m);
    expect(up.output).toContain(
      `http://tf-model-serving.${namespace}.svc.cluster.local:8501/v1/models/my_model   in the cluster`,
    );
    expect(up.output).toMatch(/from here +kubectl .*port-forward service\/tf-model-serving/);
    expect(up.output).toMatch(/predicted class= \S+ with confidence level of [01]\.\d\d/);
    expect(up.status).toBe(0);
  });

  test("up again changes nothing", () => {
    const before = podNames();
    const again = run("up");
    expect(again.output).toMatch(/\d+ unchanged/);
    expect(again.output).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
    expect(again.status).toBe(0);
    expect(podNames()).toEqual(before);
  });

  test("up fails soon where the balancers' image cannot be had, and those before serve on", async () => {
    const before = podNames();
    configure({ balancerImage: `${cluster.registry}/haproxy:missing` });
    const { output, status } = run("up");
    configure({});
    expect(output).toMatch(/The new balancer serving-balancer-\S+ cannot pull its image/);
    expect(output).toContain("What was served before is served on.");
    expect(status).toBe(1);
    await expect.poll(podNames, { timeout: 30_000 }).toEqual(before);
  });

  test("up puts right what somebody changed by hand", () => {
    cluster.kubectl("-n", namespace, "delete", "service", "tf-model-serving");
    const { output, status } = run("up");
    expect(status, output).toBe(0);
    expect(cluster.kubectl("-n", namespace, "get", "service", "tf-model-serving")).toContain(
      "8501",
    );
  });

  test("predict names all ten pictures, through a forwarded port", () => {
    const { output, status } = run("predict");
    expect(predictedNames(output)).toEqual(heldOutPictures(root).map((picture) => picture.name));
    expect(status).toBe(0);
  });

  test("status shows every pod and the state of the model", () => {
    const { output, status } = run("status");
    for (const pod of podNames()) {
      expect(output).toContain(pod);
    }
    expect(output.match(/^replica .* Running +yes /gm)).toHaveLength(2);
    expect(output.match(/^balancer .* Running +yes /gm)).toHaveLength(2);
    expect(output).toMatch(/model +my_model version \d+ AVAILABLE/);
    expect(status, output).toBe(0);
  });

  test("logs shows what a part said, or one pod by the end of its name", () => {
    const replicas = run("logs", "replica");
    expect(replicas.output).toMatch(/^replica \w{5} \| /m);
    expect(replicas.output).not.toMatch(/^balancer /m);
    expect(replicas.status).toBe(0);
    const [pod] = podNames();
    const id = String(pod.split("-").at(-1));
    const one = run("logs", id, "--tail", "1", "--timestamps");
    expect(one.output).toMatch(new RegExp(`^\\w+ ${id} \\| \\d{4}-\\d\\d-\\d\\dT`, "m"));
    expect(one.status).toBe(0);
  });

  test("logs refuses a part that there is not", () => {
    const { output, status } = run("logs", "nobody");
    expect(output).toContain('"nobody" is no part of a stack, and none of its pods');
    expect(status).toBe(2);
  });

  test("rollback goes back to the release before, without a build", async () => {
    const before = run("rollback");
    expect(before.output).toContain("has had one release only");
    expect(before.status).toBe(1);
    configure({ memoryMb: 1100 });
    expect(run("up").status).toBe(0);
    // Those of the release before may still drain.
    await expect.poll(limits, { timeout: 30_000 }).toEqual(["1100Mi", "1100Mi"]);
    const { output, status } = run("rollback");
    expect(output).toContain("memoryMb: 1024 (was 1100)");
    expect(status, output).toBe(0);
    await expect.poll(limits, { timeout: 30_000 }).toEqual(["1Gi", "1Gi"]);
  });

  test("every command names a cluster that does not answer", () => {
    const kubeconfig = path.join(path.dirname(cluster.kubeconfig), "dead");
    const text = fs.readFileSync(cluster.kubeconfig, "utf8");
    fs.writeFileSync(kubeconfig, text.replace(cluster.server, "https://127.0.0.1:1"));
    const written = fs.readFileSync(stackFile, "utf8");
    configure({ kubernetesCluster: { kubeconfig, namespace } });
    for (const command of ["up", "predict", "status", "logs", "down"]) {
      const { output, status } = run(command);
      expect(output, command).toContain(
        "The Kubernetes API server at https://127.0.0.1:1 (context " +
          `${cluster.context}) does not answer (connect ECONNREFUSED 127.0.0.1:1).`,
      );
      expect(status).toBe(1);
    }
    fs.writeFileSync(stackFile, written);
  });

  test("settings come before the first up, an encrypted kubeconfig too", () => {
    const fresh = `${stack}-fresh`;
    const pulumi = (...args: string[]) => runNpmCommand("pulumi", fresh, args);
    try {
      const kubeconfig = fs.readFileSync(cluster.kubeconfig, "utf8");
      for (const setting of [
        ["target", "kubernetes"],
        ["--path", "--secret", "kubernetesCluster.kubeconfig", kubeconfig],
        ["--path", "kubernetesCluster.context", "elsewhere"],
      ]) {
        const { output, status } = pulumi("config", "set", ...setting);
        expect(status, output).toBe(0);
      }
      const { output, status } = runNpmCommand("status", fresh);
      expect(output).toContain(`is "elsewhere", which the kubeconfig does not have`);
      expect(output).toContain(`known are ${cluster.context}`);
      expect(status).toBe(1);
    } finally {
      pulumi("stack", "rm", "--yes");
      fs.rmSync(path.join(root, `Pulumi.${fresh}.yaml`), { force: true });
    }
  });

  test("down leaves nothing of the stack but its namespace", async () => {
    const { output, status } = run("down");
    expect(output).toContain(`nothing of tfserving/${stack} is left on the cluster`);
    expect(output).toContain(`kubectl delete namespace ${namespace}`);
    expect(status, output).toBe(0);
    const kinds = "deployments,pods,services,secrets,networkpolicies,poddisruptionbudgets";
    // Pods may still drain.
    await expect
      .poll(() => cluster.kubectl("-n", namespace, "get", kinds, "-o", "name"), { timeout: 60_000 })
      .toBe("");
    expect(cluster.kubectl("get", "namespace", namespace, "-o", "name").trim()).toBe(
      `namespace/${namespace}`,
    );
  });

  test("up uses the namespace again that down left", () => {
    const { output, status } = run("up");
    expect(status, output).toBe(0);
  });

  function configure(changes: Record<string, unknown>): void {
    const all = Object.entries({ ...settings, ...changes });
    const config = Object.fromEntries(all.map(([key, value]) => [`tfserving:${key}`, value]));
    fs.writeFileSync(stackFile, stringify({ config }));
  }

  function podNames(): string[] {
    return lines(["-o", "jsonpath={.items[*].metadata.name}"]);
  }

  function limits(): string[] {
    return lines([
      ...["-l", "app.kubernetes.io/component=replica", "--field-selector", "status.phase=Running"],
      ...["-o", "jsonpath={.items[*].spec.containers[0].resources.limits.memory}"],
    ]);
  }

  function lines(args: string[]): string[] {
    return cluster
      .kubectl("-n", namespace, "get", "pods", ...args)
      .split(/\s+/)
      .filter(Boolean)
      .sort();
  }

  function run(command: string, ...args: string[]): CommandResult {
    return runNpmCommand(command, stack, args, clusterEnv(cluster));
  }
});
