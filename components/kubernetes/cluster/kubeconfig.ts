import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { nearestName } from "@tf-model-serving/core/internal/arguments/nearestName";

/** Which cluster, as kubectl names it. */
export interface ClusterChoice {
  /**
   * Path of a kubeconfig file, or its content.
   * @default - the files that KUBECONFIG lists, else ~/.kube/config, else the pod that this runs in
   */
  kubeconfig?: string;
  /** Context of the kubeconfig. @default - its current one */
  context?: string;
}

/** A cluster that cannot be used, and which part of the choice has to be put right. */
export class ClusterError extends Error {
  constructor(
    /** `kubeconfig` or `context`. */
    readonly propertyPath: string,
    /** What was given, why it cannot work and what to do, as one sentence. */
    reason: string,
  ) {
    super(reason);
  }
}

// An ES module, which only those who have a cluster load.
const loadLibrary = () => import("@kubernetes/client-node");

/** The client library of Kubernetes. */
export type KubernetesLibrary = Awaited<ReturnType<typeof loadLibrary>>;
/** A kubeconfig in which a context is chosen. */
export type KubeConfig = InstanceType<KubernetesLibrary["KubeConfig"]>;

const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * Reads a kubeconfig as kubectl and Pulumi's provider do, and chooses the context.
 *
 * @throws ClusterError when there is none, or no such context in it
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
export async function loadKubeconfig(
  choice: ClusterChoice,
): Promise<{ library: KubernetesLibrary; config: KubeConfig }> {
  const library = await loadLibrary();
  const config = read(library, choice);
  choose(config, choice);
  return { library, config };
}

function read(library: KubernetesLibrary, { kubeconfig }: ClusterChoice): KubeConfig {
  if (kubeconfig && isContent(kubeconfig)) {
    return parsed("The kubeconfig that was given", library, (config) =>
      config.loadFromString(kubeconfig),
    );
  }
  const listed = kubeconfig ? [kubeconfig] : (process.env.KUBECONFIG ?? "").split(path.delimiter);
  const named = listed.filter(Boolean).map(withHome);
  const files = named.length > 0 ? named : [path.join(os.homedir(), ".kube", "config")];
  const found = files.filter((file) => fs.existsSync(file));
  if (found.length > 0) {
    return merged(
      library,
      found.map((file) =>
        parsed(`The kubeconfig ${file}`, library, (config) => config.loadFromFile(file)),
      ),
    );
  }
  if (named.length === 0 && fs.existsSync(serviceAccountToken)) {
    return parsed("The service account of this pod", library, (config) => config.loadFromCluster());
  }
  throw new ClusterError(
    "kubeconfig",
    `there is no kubeconfig: ${files.join(" and ")} ${files.length > 1 ? "do" : "does"} not exist; ` +
      "name the file of a cluster here or in KUBECONFIG",
  );
}

/** What has lines, or is JSON, is a kubeconfig itself; a path is neither. */
export function isContent(kubeconfig: string): boolean {
  return /\n|^\s*\{/.test(kubeconfig);
}

function withHome(file: string): string {
  return file.replace(/^~(?=$|[\\/])/, os.homedir());
}

function parsed(
  what: string,
  { KubeConfig }: KubernetesLibrary,
  load: (config: KubeConfig) => void,
): KubeConfig {
  const config = new KubeConfig();
  try {
    load(config);
  } catch (error) {
    // What is YAML and no kubeconfig makes the library read fields of nothing.
    const why =
      error instanceof TypeError
        ? "it has no clusters, users and contexts"
        : (error as Error).message.split("\n")[0];
    throw new ClusterError("kubeconfig", `${lowerFirst(what)} cannot be read: ${why}`);
  }
  return config;
}

/** Of what several files name, the first one's counts. */
function merged({ KubeConfig }: KubernetesLibrary, configs: KubeConfig[]): KubeConfig {
  const firsts = <T extends { name: string }>(all: T[]) =>
    all.filter((one, index) => all.findIndex(({ name }) => name === one.name) === index);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firsts(configs.flatMap((one) => one.clusters)),
    users: firsts(configs.flatMap((one) => one.users)),
    contexts: firsts(configs.flatMap((one) => one.contexts)),
    currentContext: configs.find((one) => one.currentContext)?.currentContext,
  });
  return config;
}

function choose(config: KubeConfig, { context }: ClusterChoice): void {
  const names = config.contexts.map(({ name }) => name);
  const chosen = context ?? config.currentContext;
  const known = `known are ${names.join(", ") || "none"}`;
  if (!chosen) {
    throw new ClusterError(
      "context",
      `is missing, and the kubeconfig has no current one: ${known}`,
    );
  }
  if (!names.includes(chosen)) {
    const near = nearestName(chosen, names);
    throw new ClusterError(
      "context",
      `is "${chosen}", which the kubeconfig does not have: ${near ? `did you mean "${near}"?` : known}`,
    );
  }
  config.setCurrentContext(chosen);
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new ClusterError(
      "context",
      `is "${chosen}", and the kubeconfig does not have its cluster: put the kubeconfig right`,
    );
  }
  if (cluster.server.startsWith("http:")) {
    // The library refuses plain HTTP, which kubectl proxy speaks, while it is to verify certificates.
    config.clusters = config.clusters.map((one) =>
      one === cluster ? { ...one, skipTLSVerify: true } : one,
    );
  }
}

function lowerFirst(text: string): string {
  return text[0].toLowerCase() + text.slice(1);
}
