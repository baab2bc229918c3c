import * as fs from "fs";
import * as path from "path";
import { inject } from "vitest";
import { docker } from "../support/docker";
import { Registry, startRegistry } from "../support/registry";
import { lastLines, Node, startNode, taken } from "./node";
import { addressesOf, serverOf } from "./nodeFiles";
import { cache } from "../support/keptFolder";
import { preparePrograms, Programs, runKubectl } from "./programs";

/** A real Kubernetes cluster whose only node is this machine. */
export interface Cluster {
  /** Path of a kubeconfig whose user may do everything. */
  kubeconfig: string;
  /** Name of its only context. */
  context: string;
  /** Address of the API server, https. */
  server: string;
  /** HOST:PORT of a registry without a login that the Docker Engine and the node reach. */
  registry: string;
  /** Path of kubectl, for a command that is to run beside the test. */
  program: string;
  /**
   * Runs kubectl and gives what it printed.
   *
   * @throws an error with what kubectl said
   */
  kubectl: (...args: string[]) => string;
  /** Runs `kubectl apply` on objects. */
  apply: (...objects: object[]) => void;
  /** Adds the Gateway API (standard channel) and the Prometheus Operator's PodMonitor. */
  applyCrds: () => void;
  /**
   * Makes a PersistentVolume that only a claim with its name as `volumeName` and the storage class
   * "" gets, and gives its folder on this machine, which every user may write.
   */
  createVolume: (name: string, sizeGb: number) => string;
  /** Pushes an image of the Docker Engine and gives its reference by digest, for a pod. */
  push: (image: string, repository: string) => string;
}

/** A cluster of a test's own. */
export interface OwnCluster extends Cluster {
  /** Ends every process of the cluster and removes all that it has made but for pulled images. */
  stop: () => Promise<void>;
}

/** Where a cluster is found and reached, as it goes from one process to another. */
export interface ClusterPlace {
  programs: Programs;
  kubeconfig: string;
  /** Of its network and its folder for volumes. */
  link: string;
  server: string;
  registry: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    /** The cluster that all tests of a run share. */
    cluster: ClusterPlace;
  }
}

/**
 * The cluster that all tests of a run share, with metrics-server, the Gateway API and PodMonitors:
 * a test has namespaces and volumes of its own there, which it names after itself.
 */
export function sharedCluster(): Cluster {
  return clusterAt(inject("cluster"));
}

/** For a process whose Pulumi and kubectl are to find the cluster. */
export function clusterEnv({ kubeconfig }: Pick<Cluster, "kubeconfig">): Record<string, string> {
  return { KUBECONFIG: kubeconfig };
}

/** What only some tests need of a cluster. */
export interface ClusterOptions {
  /**
   * Run metrics-server, for `kubectl top` and the HorizontalPodAutoscaler. The start then waits
   * until it has its first values, about 20 seconds.
   *
   * @default false
   */
  metrics?: boolean;
}

/** At most so many clusters on this machine at a time. */
const clusters = 16;
/** Of which the first is a cluster's registry. */
const firstPort = 15600;
const startSeconds = 120;

/**
 * Starts a Kubernetes 1.34 of one's own: etcd, API server, controllers, scheduler, containerd, kubelet, kube-proxy,
 * CoreDNS, a default StorageClass and an enforcer of NetworkPolicies. Needs root on Debian or
 * Ubuntu and a Docker Engine.
 *
 *     const cluster = await startCluster();
 *     const image = cluster.push("tfserving-airgap/serving:2.19.1", "serving");
 *     cluster.apply({ apiVersion: "v1", kind: "Pod", ... });
 *     cluster.kubectl("wait", "pod/serving", "--for=condition=Ready");
 *     await cluster.stop();
 *
 * Its processes, mounts, network and firewall are in Linux namespaces of their own: nothing of them
 * meets this machine's or its Docker Engine's, and all of it ends with the test, even with one that
 * is killed. Several can run side by side.
 *
 * Pods pull over http from registries on this machine's 127.0.0.1, as the Docker Engine does. They
 * reach each other and this machine, and nothing outside; this machine reaches them through the API
 * server (`kubectl port-forward`). Pod Security is what a namespace's labels say.
 *
 * The first start builds Kubernetes, for minutes. Pulled and pushed images are kept for later
 * clusters.
 */
export async function startCluster(
  options: ClusterOptions = {},
): Promise<OwnCluster & { place: ClusterPlace }> {
  const programs = await preparePrograms();
  for (let number = 0; number < clusters; number++) {
    const at = addressesOf(number);
    const node = startNode(at, programs);
    const kubeconfig = path.join(node.folder, "kubeconfig");
    const kubectl = (...args: string[]) => runKubectl(programs, kubeconfig, args);
    let registry: Registry | undefined;
    const stop = async () => {
      await node.stop();
      await registry?.stop();
    };
    try {
      await ready(node, kubectl, options);
      const data = path.join(cache, "cluster-registry");
      registry = await startRegistry(firstPort + number, "127.0.0.1", { data, open: true });
      const { address } = registry;
      const place = {
        programs,
        kubeconfig,
        link: at.link,
        server: serverOf(at),
        registry: address,
      };
      return { ...clusterAt(place), place, stop };
    } catch (error) {
      await stop();
      if (node.exitCode() !== taken) throw error;
    }
  }
  throw new Error(`${clusters} clusters run on this machine already`);
}

function clusterAt({ programs, kubeconfig, link, server, registry }: ClusterPlace): Cluster {
  const kubectl = (...args: string[]) => runKubectl(programs, kubeconfig, args);
  const apply = (...objects: object[]) => {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    runKubectl(programs, kubeconfig, ["apply", "-f", "-"], list);
  };
  return {
    kubeconfig,
    context: link,
    server,
    registry,
    program: path.join(programs.built, "bin/kubectl"),
    kubectl,
    apply,
    applyCrds: () => {
      // Too long for the annotation that a client-side apply makes.
      kubectl("apply", "--server-side", "-f", path.join(programs.built, "crds"));
      kubectl("wait", "crd", "--all", "--for=condition=Established");
    },
    createVolume: (name, sizeGb) => {
      const folder = path.join(cache, link, "volumes", name);
      fs.mkdirSync(folder, { recursive: true });
      fs.chmodSync(folder, 0o777);
      apply(persistentVolume(name, sizeGb));
      return folder;
    },
    push: (image, repository) => push(image, `${registry}/${repository}`),
  };
}

function persistentVolume(name: string, sizeGb: number): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage: `${sizeGb}Gi` },
      accessModes: ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"],
      storageClassName: "",
      // What the node sees of the folder.
      hostPath: { path: `/var/lib/volumes/${name}`, type: "Directory" },
    },
  };
}

function push(image: string, repository: string): string {
  const tag = `${repository}:test-${process.pid}`;
  docker("tag", image, tag);
  try {
    const digest = /digest: (sha256:\w+)/.exec(docker("push", tag))?.[1];
    return `${repository}@${digest}`;
  } finally {
    docker("rmi", tag);
  }
}

async function ready(
  node: Node,
  kubectl: Cluster["kubectl"],
  options: ClusterOptions,
): Promise<void> {
  const end = Date.now() + startSeconds * 1000;
  const until = async (what: string, ...args: string[]) => {
    for (;;) {
      try {
        kubectl(...args);
        return;
      } catch (error) {
        if (node.exitCode() !== null || Date.now() > end) {
          throw new Error(`${what}: ${(error as Error).message}\n${lastLines(node)}`);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };
  await until("The API server is not ready", "get", "--raw", "/readyz");
  for (const part of ["system.yaml", ...(options.metrics ? ["metrics.yaml"] : [])]) {
    await until(`${part} is refused`, "apply", "-f", path.join(__dirname, part));
  }
  const wait = ["wait", "--timeout=5s", "--all"];
  await until("The node is not ready", ...wait, "--for=condition=Ready", "node");
  const available = ["--namespace=kube-system", "--for=condition=Available", "deployment"];
  await until("The cluster's own pods are not ready", ...wait, ...available);
  // No pod of a test is to find itself without its token.
  await until("There is no service account", "get", "serviceaccount", "default");
}
