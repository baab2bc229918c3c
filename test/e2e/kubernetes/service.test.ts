import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { root } from "../../../cli/setup/folders";
import { KubernetesModelService, KubernetesModelServiceArgs } from "@tf-model-serving/kubernetes";
import { type Cluster, sharedCluster } from "../../cluster/cluster";
import { restrictedNamespace, restrictedPod } from "../../cluster/restricted";
import { docker } from "../../support/docker";
import { type Registration, settle, startMocks } from "../../support/mocks";

const namespace = "service";
const serviceName = "scale";
const model = path.join(root, "test/unit/tfserving/testdata/scale/1");
const runtime = path.join(root, "components/core/image/runtime");
const runtimeName = "tfserving-runtime:kubernetes-service-test";

// What the component declares, applied by kubectl: what Pulumi's provider does with it is another test.
describe("a model service in a namespace that restricts pods", () => {
  let cluster: Cluster;
  let common: Pick<KubernetesModelServiceArgs, "image" | "balancerImage">;

  beforeAll(async () => {
    const { baseImage, balancerImage } = inject("images");
    cluster = sharedCluster();
    buildRuntime(baseImage);
    common = {
      image: cluster.push(runtimeName, "runtime"),
      balancerImage: cluster.push(balancerImage, "haproxy"),
    };
    const folder = cluster.createVolume("models", 1);
    for (const version of ["1", "2"]) {
      fs.cpSync(model, path.join(folder, version), { recursive: true });
    }
    cluster.apply(
      restrictedNamespace(namespace),
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "models", namespace },
        spec: {
          accessModes: ["ReadOnlyMany"],
          storageClassName: "",
          volumeName: "models",
          resources: { requests: { storage: "1Gi" } },
        },
      },
      clientPod(common.balancerImage as string),
    );
  });

  afterAll(() => void docker("image", "rm", runtimeName));

  test("has manifests that the API server takes as they are, whatever is asked for", async () => {
    const image = `registry.example.com/scale@sha256:${"a".repeat(64)}`;
    const objects = await manifests({
      ...common,
      autoscaling: { minReplicas: 1, maxReplicas: 4 },
      canary: { image, version: "2", percent: 10 },
      gpus: 1,
      nodeSelector: { gpu: "l4" },
      tolerations: [{ key: "dedicated", value: "serving", effect: "NoSchedule" }],
      imagePullSecrets: ["registry-login"],
      modelVolume: { claimName: "models" },
      network: { clients: [{ cidr: "10.0.0.0/8" }], monitoringNamespace: "monitoring" },
      ingress: { className: "nginx", host: "models.example.com", controllerNamespace: "ingress" },
      gateway: { name: "edge", hostnames: ["a.example.com"], grpcHostnames: ["b.example.com"] },
      podMonitor: {},
    });
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["Ingress", "HTTPRoute", "GRPCRoute", "PodMonitor"]),
    );
    // A field that it does not know, or a pod that the namespace does not let in, is a warning.
    dryRun(...objects);
  });

  // More cannot be seen here: without a feature gate Kubernetes 1.34 makes another volume of it.
  test("has fields for a model from an image that the API server knows", async () => {
    const reference = `registry.example.com/models@sha256:${"a".repeat(64)}`;
    const objects = await manifests({ ...common, modelVolume: { image: reference } });
    const replicas = objects.find((object) => JSON.stringify(object).includes(reference));
    dryRun(replicas as Manifest);
  });

  test("serves on the Service's name", async () => {
    await release("1", 1);
    const balancers = cluster.kubectl(
      ...["get", "pods", "-n", namespace, "-l", "app.kubernetes.io/component=balancer"],
      "--no-headers",
    );
    expect(balancers.trim().split("\n")).toHaveLength(2);
    expect(inClient(predictOnce)).toContain("200");
  });

  test("releases another version, and rolls its balancers, without a lost request", async () => {
    const load = startLoad();
    await release("2", 2);
    const { sent, failed, said } = await load.end();
    expect(sent).toBeGreaterThan(100);
    expect(failed, said).toBe(0);
    expect(inClient(versionOnce)).toContain('"version": "2"');
  });

  /** Applies a release from the volume and waits until it serves; the timeout changes the balancers. */
  async function release(modelVersion: string, round: number): Promise<void> {
    const modelVolume = { claimName: "models" };
    const server = { restApiTimeoutMs: 10_000 + round };
    const small = { memoryMb: 768, cpus: 0.5 };
    const args = { ...common, ...small, modelVersion, modelVolume, server };
    const before = pods();
    cluster.apply(...(await manifests(args, round)));
    for (const part of ["replica", "balancer"]) {
      cluster.kubectl(
        ...["rollout", "status", "-n", namespace, `deployment/serving-${part}-1a2b3c4d`],
        "--timeout=200s",
      );
    }
    // Old ones still answer calls for a while.
    if (before.length > 0) {
      cluster.kubectl("wait", "-n", namespace, ...before, "--for=delete", "--timeout=90s");
    }
  }

  /** Every pod of the service, as `pod/NAME`. */
  function pods(): string[] {
    const selector = `app.kubernetes.io/instance=${serviceName}`;
    const names = cluster.kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", "name");
    return names.split("\n").filter(Boolean);
  }

  /** Asks the API server to take the objects and to keep none; its warnings are errors. */
  function dryRun(...objects: object[]): void {
    const file = path.join(path.dirname(cluster.kubeconfig), "objects.json");
    fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    const checks = ["--dry-run=server", "--validate=strict", "--warnings-as-errors"];
    cluster.kubectl("apply", "--server-side", ...checks, "-f", file);
  }

  function inClient(script: string): string {
    return cluster.kubectl("exec", "-n", namespace, "client", "--", "bash", "-c", script);
  }

  /** Calls the service from a pod, one request after the other and each on its own connection. */
  function startLoad() {
    const args = ["exec", "-n", namespace, "client", "--", "bash", "-c", loadScript];
    const child: ChildProcess = spawn(cluster.program, args, {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout?.on("data", (text) => (said += text));
    const closed = once(child, "close");
    return {
      end: async () => {
        inClient("touch /tmp/stop");
        await closed;
        const [, sent, failed] = /^sent (\d+) failed (\d+)$/m.exec(said) ?? [];
        return { sent: Number(sent), failed: Number(failed), said };
      },
    };
  }
});

const body = '{"inputs":{"x":[[1,2,3]],"notes":"none"}}';
const connect = `exec 3<>/dev/tcp/${serviceName}/8501`;
const predict = `printf 'POST /v1/models/scale:predict HTTP/1.0\\r\\nContent-Length: ${body.length}\\r\\n\\r\\n${body}' >&3`;
const predictOnce = `${connect} && ${predict} && timeout 20 cat <&3`;
const versionOnce = `${connect} && printf 'GET /v1/models/scale HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 20 cat <&3`;
const loadScript = `
sent=0 failed=0 end=$((SECONDS + 240))
while [ ! -e /tmp/stop ] && [ $SECONDS -lt $end ]; do
  sent=$((sent + 1)) status=none
  { ${connect} && ${predict} && read -r -t 20 _ status _ <&3; } 2> /tmp/why
  if [ "$status" != 200 ]; then
    failed=$((failed + 1))
    echo "request $sent after $SECONDS s: $status $(cat /tmp/why)"
  fi
  exec 3<&- 3>&-
done
echo "sent $sent failed $failed"`;

/** The image of every model: the server and its supervisor. */
function buildRuntime(baseImage: string): void {
  const dockerfile = fs.readFileSync(path.join(runtime, "Dockerfile"), "utf8");
  const args = ["--quiet", "--tag", runtimeName, "--build-arg", `BASE_IMAGE=${baseImage}`];
  execFileSync("docker", ["build", ...args, "--file", "-", runtime], {
    // docker's own builder knows no --chmod; the checkout's modes do as well.
    input: dockerfile.replaceAll("--chmod=0755 ", ""),
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** A pod that may call the service. */
function clientPod(image: string): object {
  const labels = { [`${serviceName}.tfserving/client`]: "true" };
  return restrictedPod({
    metadata: { name: "client", namespace, labels },
    container: { image, command: ["sleep", "infinity"] },
  });
}

interface Manifest extends Record<string, unknown> {
  kind: string;
}

/**
 * What the component declares, with the names that Pulumi would give.
 *
 * @param round - part of the ConfigMap's name, as one with other content has another name
 */
async function manifests(
  args: Partial<KubernetesModelServiceArgs> &
    Pick<KubernetesModelServiceArgs, "image" | "balancerImage">,
  round = 0,
): Promise<Manifest[]> {
  const recording = await startMocks();
  new KubernetesModelService("serving", {
    modelName: "scale",
    modelVersion: "1",
    serviceName,
    namespace,
    ...args,
  });
  await settle();
  return recording.resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map((resource) => named(resource, round));
}

function named({ name, inputs }: Registration, round: number): Manifest {
  const config = `serving-balancer-${round}`;
  const isConfig = inputs.kind === "ConfigMap";
  const metadata = { name: isConfig ? config : `${name}-1a2b3c4d`, ...(inputs.metadata as object) };
  const text = JSON.stringify({ ...inputs, metadata });
  const configMap = '"configMap":{"name":"serving-balancer-';
  return JSON.parse(text.replace(`${configMap}1a2b3c4d"`, `${configMap}${round}"`)) as Manifest;
}
