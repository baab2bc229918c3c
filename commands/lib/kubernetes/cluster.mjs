// @ts-check
import path from "node:path";
import { Failure, npmRun } from "../command.mjs";
import { loadTypeScript } from "../components.mjs";
import { capturePulumi } from "../pulumiCli.mjs";
import { root } from "../workspace.mjs";

const answerTimeoutMs = 5_000;

/**
 * @typedef {import("../../../components/kubernetes/cluster/kubeconfig.js").KubernetesLibrary} Library
 *
 * A cluster that answered.
 *
 * @typedef {object} Cluster
 * @property {Library} library
 * @property {InstanceType<Library["KubeConfig"]>} config
 * @property {InstanceType<Library["CoreV1Api"]>} core
 * @property {InstanceType<Library["KubernetesObjectApi"]>} objects - of any kind
 * @property {string} server - its address
 * @property {string} context - of the kubeconfig
 * @property {string} version
 *
 * @typedef {{ kubeconfig?: string, context?: string }} Choice - which cluster, as the setting kubernetesCluster has it
 */

/**
 * Whether a stack is on Kubernetes.
 *
 * @param {Pick<import("../workspace.mjs").Workspace, "setting">} workspace
 */
export function isOnKubernetes({ setting }) {
  return setting("target") === "kubernetes";
}

/**
 * Asks the stack's cluster whether it is there.
 *
 * @param {import("../workspace.mjs").Workspace} workspace
 * @returns {Promise<Cluster>}
 * @throws Failure that names the server and says what to do
 */
export async function requireCluster(workspace) {
  const choice = await chosenCluster(workspace);
  const { library, config } = await loadConfig(choice, workspace.stack);
  const context = config.getCurrentContext();
  const server = config.getCurrentCluster()?.server ?? "";
  try {
    const { gitVersion } = await answered(
      config.makeApiClient(library.VersionApi).getCode(),
      answerTimeoutMs,
    );
    return {
      ...{ library, config, server, context, version: gitVersion },
      core: config.makeApiClient(library.CoreV1Api),
      objects: library.KubernetesObjectApi.makeApiClient(config),
    };
  } catch (error) {
    throw new Failure(
      `The Kubernetes API server at ${server} (context ${context}) ${reasonOf(error)}.`,
      adviceFor(error, workspace.stack),
    );
  }
}

/**
 * The kubeconfig and context that a stack's file names. One that is encrypted is Pulumi's to read.
 *
 * @param {import("../workspace.mjs").Workspace} workspace
 * @returns {Promise<Choice>}
 */
async function chosenCluster({ explicit, stack, env }) {
  const given = /** @type {Record<string, unknown>} */ (explicit("kubernetesCluster") ?? {});
  const isPlain = Object.values(given).every((value) => typeof value !== "object");
  if (isPlain) {
    return given;
  }
  // From the stack's own file: the one that Pulumi got last may name another cluster.
  const args = ["config", "get", "kubernetesCluster", "--stack", stack];
  const { code, stdout, stderr } = await capturePulumi(root, args, env);
  if (code !== 0) {
    throw new Failure(
      `Pulumi could not read the setting kubernetesCluster of the stack ${stack}: ${stderr}`,
      "set PULUMI_CONFIG_PASSPHRASE, or log in, as for any other secret of the stack.",
    );
  }
  return JSON.parse(stdout);
}

/**
 * Reads the kubeconfig as the program does, by the same code: a command acts on the cluster that the
 * program deploys to.
 *
 * @param {Choice} choice
 * @param {string} stack
 * @returns {Promise<{ library: Library, config: InstanceType<Library["KubeConfig"]> }>}
 * @throws Failure that says what is wrong with it
 */
export async function loadConfig(choice, stack) {
  /** @type {typeof import("../../../components/kubernetes/cluster/kubeconfig.js")} */
  const { ClusterError, isContent, loadKubeconfig } = await loadTypeScript(
    root,
    "components/kubernetes/cluster/kubeconfig.ts",
  );
  const { kubeconfig } = choice;
  const isRelative = kubeconfig && !isContent(kubeconfig) && !kubeconfig.startsWith("~");
  try {
    // The program runs in the project's folder; this process need not.
    return await loadKubeconfig(
      isRelative ? { ...choice, kubeconfig: path.resolve(root, kubeconfig) } : choice,
    );
  } catch (error) {
    if (!(error instanceof ClusterError)) {
      throw error;
    }
    const set = `config set --path kubernetesCluster.${error.propertyPath} VALUE`;
    throw new Failure(
      `kubernetesCluster.${error.propertyPath}: ${error.message}.`,
      `${npmRun(`pulumi -- ${set}`, stack)}, or set KUBECONFIG.`,
    );
  }
}

/**
 * @template T
 * @param {Promise<T>} answer
 * @param {number} ms
 * @returns {Promise<T>}
 */
async function answered(answer, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((/** @type {(value: never) => void} */ _, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  const { code, message } = /** @type {Error & { code?: unknown }} */ (error);
  if (code === 401) {
    return "does not accept the user of that context (401 Unauthorized)";
  }
  const reason =
    typeof code === "number" ? `HTTP code ${code}` : message.replace(/^.*reason: /s, "");
  return `does not answer (${reason.split("\n")[0]})`;
}

/**
 * @param {unknown} error
 * @param {string} stack
 */
function adviceFor(error, stack) {
  return /** @type {{ code?: unknown }} */ (error).code === 401
    ? "renew its credentials, and try again."
    : "start the cluster, or name another: " +
        `${npmRun("pulumi -- config set --path kubernetesCluster.context NAME", stack)}.`;
}
