import * as path from "node:path";
import { stackLabel } from "@tf-model-serving/core/facts";
import {
  codeOf,
  ClusterChoice,
  ClusterClient,
  ClusterError,
  connectCluster,
  isContent,
  silenceOf,
} from "@tf-model-serving/kubernetes/facts";
import { npmRun } from "../../output/console";
import { Failure } from "../../output/failure";
import type { Deployment, StackContext } from "../target";

const answerTimeoutMs = 5_000;
// Reading logs takes longer than asking whether it is there.
const patientMs = 60_000;

/** A cluster that answered. */
export interface Cluster extends ClusterClient {
  /** Its address. */
  readonly server: string;
  /** Of the kubeconfig. */
  readonly context: string;
  readonly version: string;
}

/** Where the objects of a stack are, and the label that they have. */
export interface Place {
  readonly namespace: string;
  /** Such as `tfserving.stack=project.stack`. */
  readonly selector: string;
}

/**
 * Asks the stack's cluster whether it is there.
 *
 * @throws Failure that names the server and says what to do
 */
export async function requireCluster(context: StackContext): Promise<Cluster> {
  const choice = await chosenCluster(context);
  const { config, api } = await connect(choice, answerTimeoutMs, context.stack);
  const name = config.getCurrentContext();
  const server = config.getCurrentCluster()?.server ?? "";
  try {
    const { gitVersion } = await api((library) => library.VersionApi).getCode();
    const client = await connectCluster(choice, patientMs);
    return { ...client, server, context: name, version: gitVersion };
  } catch (error) {
    throw new Failure(
      `The Kubernetes API server at ${server} (context ${name}) ${silenceOf(error as Error, answerTimeoutMs)}.`,
      codeOf(error) === 401
        ? "renew its credentials, and try again."
        : "start the cluster, or name another: " +
            `${npmRun("pulumi -- config set --path kubernetesCluster.context NAME", context.stack)}.`,
    );
  }
}

/**
 * The kubeconfig and context that a stack's file names. The program runs in the project's folder;
 * this process need not.
 */
async function chosenCluster({ root, plainSetting }: StackContext): Promise<ClusterChoice> {
  const { kubeconfig, context } = ((await plainSetting("kubernetesCluster")) ??
    {}) as ClusterChoice;
  const isRelative = kubeconfig && !isContent(kubeconfig) && !kubeconfig.startsWith("~");
  return { kubeconfig: isRelative ? path.resolve(root, kubeconfig) : kubeconfig, context };
}

/**
 * Reads the kubeconfig as the program does, by the same code: a command acts on the cluster that the
 * program deploys to.
 *
 * @throws Failure that says what is wrong with it
 */
export async function connect(
  choice: ClusterChoice,
  timeoutMs: number,
  stack: string,
): Promise<ClusterClient> {
  try {
    return await connectCluster(choice, timeoutMs);
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
 * Where the objects of a stack are, by what Pulumi has on record of it: also after a first update
 * that failed, and whatever the settings say by now; undefined where Pulumi has made nothing on a
 * cluster.
 */
export function placeOf(record: Deployment | undefined): Place | undefined {
  const pending = record?.pending_operations?.map(({ resource }) => resource) ?? [];
  for (const { type, inputs } of [...(record?.resources ?? []), ...pending]) {
    const { namespace, labels } = inputs?.metadata ?? {};
    if (type.startsWith("kubernetes:") && namespace && labels?.[stackLabel]) {
      return { namespace, selector: `${stackLabel}=${labels[stackLabel]}` };
    }
  }
  return undefined;
}
