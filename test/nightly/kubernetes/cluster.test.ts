import { ChildProcess, execFileSync, spawn } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { Cluster, OwnCluster, startCluster } from "../../cluster/cluster";
import { restrictedNamespace, restrictedPod } from "../../cluster/restricted";
import { until } from "../../support/until";

const namespace = "serving";
const model = path.join(root, "test/unit/tfserving/testdata/scale/1");
const port = 18901;

describe("the tests' Kubernetes cluster", () => {
  let cluster: OwnCluster;
  let image: string;

  beforeAll(async () => {
    cluster = await startCluster({ metrics: true });
    image = cluster.push(inject("images").baseImage, "serving");
    cluster.apply(
      restrictedNamespace(namespace),
      {
        ...object("v1", "PersistentVolumeClaim", "notes"),
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
      pod("client", image, ["sleep", "infinity"], { claim: "notes", mountPath: "/notes" }),
    );
  });

  afterAll(() => cluster?.stop());

  test("has one node, of Kubernetes 1.34", () => {
    const [node, ...others] = list(cluster.kubectl("get", "nodes", "-o", "json"));
    expect(others).toEqual([]);
    expect(node.status.nodeInfo.kubeletVersion).toBe("v1.34.2");
    expect(node.status.conditions).toContainEqual(
      expect.objectContaining({ type: "Ready", status: "True" }),
    );
  });

  test("serves a model from a volume at its Service's name", async () => {
    const folder = cluster.createVolume("models", 1);
    fs.cpSync(model, path.join(folder, "scale/1"), { recursive: true });
    cluster.apply(
      {
        ...object("v1", "PersistentVolumeClaim", "models"),
        spec: {
          accessModes: ["ReadOnlyMany"],
          storageClassName: "",
          volumeName: "models",
          resources: { requests: { storage: "1Gi" } },
        },
      },
      pod("scale", image, ["/usr/bin/tf_serving_entrypoint.sh"], {
        claim: "models",
        mountPath: "/models",
      }),
      {
        ...object("v1", "Service", "scale"),
        spec: { selector: { app: "scale" }, ports: [{ port: 80, targetPort: 8501 }] },
      },
    );
    cluster.kubectl("wait", "-n", namespace, "pod/scale", "--for=condition=Ready", "--timeout=90s");
    const name = `scale.${namespace}.svc.cluster.local`;
    expect(await until("the Service leads to the server", () => ask(name), 60_000)).toContain(
      '"state": "AVAILABLE"',
    );
    expect(ask("scale")).toContain('"state": "AVAILABLE"');
  });

  test("is reached from this machine through a port-forward", async () => {
    const forward = spawnForward();
    try {
      const answer = await until("the port-forward answers", () =>
        fetch(`http://127.0.0.1:${port}/v1/models/scale`).then((response) => response.text()),
      );
      expect(answer).toContain('"state": "AVAILABLE"');
    } finally {
      forward.kill();
    }
  });

  test("gives a claim of the default class a volume that any user may write", () => {
    cluster.kubectl("wait", "-n", namespace, "pod/client", "--for=condition=Ready");
    inClient("echo kept > /notes/file");
    expect(inClient("cat /notes/file")).toBe("kept");
  });

  test("refuses a root pod where Pod Security is restricted", () => {
    const run = ["run", "-n", namespace, "root", `--image=${image}`];
    expect(() => cluster.kubectl(...run)).toThrow(/violates PodSecurity "restricted:latest"/);
  });

  test("measures its pods", async () => {
    const row = await until(
      "the pod is measured",
      () => {
        const rows = cluster.kubectl("top", "pod", "-n", namespace, "--no-headers").split("\n");
        return rows.find((line) => line.startsWith("scale "));
      },
      60_000,
    );
    expect(row).toMatch(/^scale +\d+m +\d{2,}Mi/);
  });

  test("enforces network policies", async () => {
    const from = [{ podSelector: { matchLabels: { role: "caller" } } }];
    cluster.apply({
      ...object("networking.k8s.io/v1", "NetworkPolicy", "callers"),
      spec: { podSelector: { matchLabels: { app: "scale" } }, ingress: [{ from }] },
    });
    await until("the client is refused", () => !asks(), 60_000);
    cluster.kubectl("label", "-n", namespace, "pod/client", "role=caller");
    await until("the client is answered", asks, 60_000);
    cluster.apply({
      ...object("networking.k8s.io/v1", "NetworkPolicy", "mute"),
      spec: { podSelector: { matchLabels: { app: "client" } }, policyTypes: ["Egress"] },
    });
    await until("the client is refused", () => !asks(), 60_000);
  });

  test("knows the Gateway API and PodMonitors once they are added", () => {
    cluster.applyCrds();
    const names = cluster.kubectl("api-resources", "-o", "name").split("\n");
    expect(names).toContain("httproutes.gateway.networking.k8s.io");
    expect(names).toContain("podmonitors.monitoring.coreos.com");
  });

  test("leaves nothing when it ends", async () => {
    const processes = processesOf(cluster);
    expect(processes.length).toBeGreaterThan(10);
    expect(traces(cluster)).not.toEqual([]);
    await cluster.stop();
    expect(processes.filter((id) => fs.existsSync(`/proc/${id}`))).toEqual([]);
    expect(traces(cluster)).toEqual([]);
  });

  test("clears away what a killed one has left", async () => {
    const killed = await startCluster();
    const [first] = processesOf(killed);
    process.kill(first, "SIGKILL");
    await until("the process is gone", () => !fs.existsSync(`/proc/${first}`));
    expect(fs.existsSync(killed.kubeconfig)).toBe(true);
    cluster = await startCluster();
    expect(cluster.context).toBe(killed.context);
    expect(fs.existsSync(killed.kubeconfig)).toBe(false);
    await cluster.stop();
    await killed.stop();
    expect(traces(cluster)).toEqual([]);
  });

  function inClient(script: string): string {
    return cluster.kubectl("exec", "-n", namespace, "client", "--", "bash", "-c", script);
  }

  /**
   * What the server at port 80 of a host says about its model, asked from a pod.
   *
   * Connecting has a limit too: a connection that is begun before the node knows the Service
   * is never led to a pod, however often the kernel tries.
   */
  function ask(host: string): string {
    const request = "GET /v1/models/scale HTTP/1.0\\r\\n\\r\\n";
    const talk = `exec 3<>/dev/tcp/${host}/80 && printf "${request}" >&3 && cat <&3`;
    return inClient(`timeout 5 bash -c '${talk}'`);
  }

  function asks(): boolean {
    try {
      return ask("scale").includes("AVAILABLE");
    } catch {
      return false;
    }
  }

  function spawnForward(): ChildProcess {
    const args = ["port-forward", "-n", namespace, "service/scale", `${port}:80`];
    return spawn(cluster.program, args, {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
      stdio: "ignore",
    });
  }
});

function object(apiVersion: string, kind: string, name: string): object {
  return { apiVersion, kind, metadata: { name, namespace, labels: { app: name } } };
}

/** A pod with a volume, of which "scale" is to serve. */
function pod(
  name: string,
  image: string,
  command: string[],
  volume: { claim: string; mountPath: string },
): object {
  const ask = { httpGet: { path: "/v1/models/scale", port: 8501 }, periodSeconds: 1 };
  return restrictedPod({
    metadata: { name, namespace, labels: { app: name } },
    container: {
      image,
      command,
      env: [{ name: "MODEL_NAME", value: name }],
      readinessProbe: name === "scale" ? ask : undefined,
      volumeMounts: [{ name: "data", mountPath: volume.mountPath }],
    },
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: volume.claim } }],
  });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function list(json: string): any[] {
  return JSON.parse(json).items;
}

/** Ids of the cluster's processes, the first one first. */
function processesOf(cluster: Cluster): number[] {
  const running = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const namespaceOf = (id: string) => link(`/proc/${id}/ns/pid`);
  const kubelet = running.find((id) =>
    text(`/proc/${id}/cmdline`).startsWith(
      `kubelet\0--kubeconfig\0${path.dirname(cluster.kubeconfig)}/`,
    ),
  );
  if (!kubelet) return [];
  return running
    .filter((id) => namespaceOf(id) === namespaceOf(kubelet))
    .map(Number)
    .sort((a, b) => ownNumber(a) - ownNumber(b));
}

/** A process's number in its own namespace: this machine's begin again at 300 after the highest. */
function ownNumber(id: number): number {
  return Number(text(`/proc/${id}/status`).match(/^NSpid:.*\s(\d+)$/m)?.[1]);
}

/** What this machine has of the cluster besides processes. */
function traces(cluster: Cluster): string[] {
  const lines = (...[program, ...args]: string[]) =>
    execFileSync(program, args, { encoding: "utf8" }).split("\n");
  const name = new RegExp(`\\b${cluster.context}\\b`);
  return [
    ...fs.readdirSync("/sys/class/net").filter((device) => name.test(device)),
    ...lines("find", "/sys/fs/cgroup", "-type", "d").filter((group) => name.test(group)),
    ...text("/proc/mounts")
      .split("\n")
      .filter((mount) => name.test(mount)),
    ...lines("iptables-save").filter((rule) => /KUBE|10\.21[345]\./.test(rule)),
    ...(fs.existsSync(path.dirname(cluster.kubeconfig)) ? [cluster.kubeconfig] : []),
  ];
}

function text(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function link(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return file;
  }
}
