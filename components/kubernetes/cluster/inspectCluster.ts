import { codeOf, silenceOf } from "./apiErrors";
import { ClusterClient, connectCluster, serverOf } from "./connectCluster";
import { ClusterChoice, ClusterError } from "./kubeconfig";

// Long enough for a server on another continent, short enough for somebody who waits.
const firstAnswerMs = 5_000;
const pageSize = 500;

/**
 * What a cluster says of itself: the ground for checks that come before any resource. What the
 * user may not read is undefined.
 */
export interface KubernetesCluster {
  /** Address of its API server, such as `https://127.0.0.1:6443`. */
  server: string;
  /** Context of the kubeconfig. */
  context?: string;
  /** Path of the kubeconfig, or its content, as given. @default - where kubectl looks */
  kubeconfig?: string;
  /** Version of the API server, such as `v1.34.2`. */
  version: string;
  /** Versions of its API by group, such as `apps/v1` and `gateway.networking.k8s.io/v1`. */
  apiVersions: string[];
  /** Names of the namespaces. */
  namespaces?: string[];
  /**
   * Extended resources that all nodes together can give to pods, such as
   * `{"nvidia.com/gpu": 4}`; empty where no node has any.
   */
  gpus?: Record<string, number>;
  /** Names of the RuntimeClasses. */
  runtimeClasses?: string[];
  /** Names of the PriorityClasses. */
  priorityClasses?: string[];
  /** Names of the IngressClasses. */
  ingressClasses?: string[];
  /** Names of the StorageClasses. */
  storageClasses?: string[];
  /** The StorageClass of claims that name none. @default - there is none, or it may not be read */
  defaultStorageClass?: string;
  /**
   * Whether pods can mount an OCI image as a volume: the API server takes them. Each node's
   * container runtime has to be able to as well. @default - nobody has asked
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
   */
  imageVolumes?: boolean;
}

/** What is asked besides, since it costs the API server more. */
export interface FurtherQuestions {
  /**
   * Whether pods can mount an OCI image as a volume. From 1.31 to 1.34 only the API server's metrics
   * tell, some MB of text. @default false
   */
  imageVolumes?: boolean;
}

/**
 * Asks a Kubernetes cluster what it is.
 *
 * @param choice - which cluster
 * @param further - what else to ask
 * @throws ClusterError with one sentence when there is no kubeconfig, no such context in it, or the
 * API server, which it names, does not answer within 5 s
 */
export async function inspectCluster(
  choice: ClusterChoice = {},
  further: FurtherQuestions = {},
): Promise<KubernetesCluster> {
  const client = await connectCluster(choice, firstAnswerMs);
  const context = client.config.getCurrentContext();
  const server = serverOf(client.config);
  try {
    const { gitVersion } = await client.api((library) => library.VersionApi).getCode();
    if (!/^v\d+\.\d+/.test(gitVersion ?? "")) {
      throw new ClusterError("kubeconfig", "another server is there");
    }
    return {
      server,
      context,
      ...(choice.kubeconfig ? { kubeconfig: choice.kubeconfig } : {}),
      version: gitVersion,
      ...(await facts(await connectCluster(choice))),
      ...(further.imageVolumes ? { imageVolumes: await hasImageVolumes(client, gitVersion) } : {}),
    };
  } catch (error) {
    throw new ClusterError(
      "kubeconfig",
      `the Kubernetes API server at ${server} (context ${context}) ${silence(error as Error)}`,
    );
  }
}

async function facts(client: ClusterClient) {
  const { core, api } = client;
  const [groups, namespaces, nodes, runtimeClasses, priorityClasses, ingressClasses, storage] =
    await Promise.all([
      api((library) => library.ApisApi).getAPIVersions(),
      permitted((page) => core.listNamespace(page)),
      permitted((page) => core.listNode(page)),
      permitted((page) => api((library) => library.NodeV1Api).listRuntimeClass(page)),
      permitted((page) => api((library) => library.SchedulingV1Api).listPriorityClass(page)),
      permitted((page) => api((library) => library.NetworkingV1Api).listIngressClass(page)),
      permitted((page) => api((library) => library.StorageV1Api).listStorageClass(page)),
    ]);
  const ofGroups = groups.groups.flatMap(({ versions }) =>
    versions.map(({ groupVersion }) => groupVersion),
  );
  return {
    apiVersions: ["v1", ...ofGroups].sort(),
    namespaces: names(namespaces),
    gpus: nodes && extendedResources(nodes.map(({ status }) => status?.allocatable ?? {})),
    runtimeClasses: names(runtimeClasses),
    priorityClasses: names(priorityClasses),
    ingressClasses: names(ingressClasses),
    storageClasses: names(storage),
    defaultStorageClass: names(storage?.filter(isDefault))?.[0],
  };
}

interface Listed {
  metadata?: { name?: string; annotations?: Record<string, string> };
}

/** All objects of a kind, page by page; undefined where the user may not list them. */
async function permitted<T>(
  list: (page: {
    limit: number;
    _continue?: string;
  }) => Promise<{ items: T[]; metadata?: { _continue?: string } }>,
): Promise<T[] | undefined> {
  const items: T[] = [];
  let next: string | undefined;
  try {
    do {
      const page = await list({ limit: pageSize, _continue: next });
      items.push(...page.items);
      next = page.metadata?._continue || undefined;
    } while (next);
  } catch (error) {
    // 404: the API server does not have the kind.
    if ([403, 404].includes(codeOf(error) ?? 0)) {
      return undefined;
    }
    throw error;
  }
  return items;
}

function names(items: Listed[] | undefined): string[] | undefined {
  return items?.map(({ metadata }) => metadata?.name ?? "").sort();
}

/** @see https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass */
function isDefault({ metadata }: Listed): boolean {
  return metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
}

/**
 * Sums up what is not Kubernetes' own, such as `cpu` or `hugepages-2Mi`.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources
 */
function extendedResources(nodes: Record<string, string>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, quantity] of nodes.flatMap((node) => Object.entries(node))) {
    // Whole numbers, of which a thousand is written 1k.
    const count = Number(quantity.replace(/k$/, "000"));
    if (/^(?!([^/]*\.)?kubernetes\.io\/)[^/]+\//.test(name) && count > 0) {
      sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

/**
 * On by default since 1.35, off by default since 1.31.
 *
 * @see https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
 */
async function hasImageVolumes(client: ClusterClient, version: string): Promise<boolean> {
  const [, major, minor] = (/^v(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major !== 1 || minor >= 35 || minor < 31) {
    return major > 1 || minor >= 35;
  }
  try {
    // Whoever may not read the server's metrics cannot know that it was switched on.
    return /^kubernetes_feature_enabled\{name="ImageVolume".*\} 1$/m.test(
      await client.get("/metrics"),
    );
  } catch {
    return false;
  }
}

/** What an API server does that cannot be used, and what to do about it. */
function silence(error: Error): string {
  const advice =
    codeOf(error) === 401 ? "renew its credentials" : "start it, or name another cluster";
  return `${silenceOf(error, firstAnswerMs)}: ${advice}`;
}
