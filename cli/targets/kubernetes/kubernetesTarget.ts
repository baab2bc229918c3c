import { note, npmRun } from "../../output/console";
import { Failure } from "../../output/failure";
import { renderTable } from "../../output/table";
import { writeLogs } from "../logLines";
import { digestIn, notebookText, serviceAddresses } from "../outputs";
import { pendingWords } from "../record";
import type { Outputs, Recovery, StackContext, StackStatus, Target } from "../target";
import { type Cluster, placeOf, requireCluster } from "./cluster";
import { interruptedObjects, leftoversOf, removeInterrupted } from "./objects";
import { podLog } from "./podLogs";
import { isComplete, listPods, type Pod, selectPods } from "./pods";
import { forward } from "./portForward";
import { roomOf } from "./room";

/** A Kubernetes cluster. */
export function kubernetesTarget(context: StackContext): Target {
  const { stack } = context;
  let answered: Promise<Cluster> | undefined;
  const cluster = () => (answered ??= requireCluster(context));
  return {
    place: "the cluster",
    connect: async () => {
      const { version, server, context: name } = await cluster();
      return [{ subject: "cluster", text: `${version} at ${server} (context ${name})` }];
    },
    status: async () => statusOf(context, await cluster()),
    logs: async ({ which, ...request }, write) => {
      const found = await cluster();
      const place = placeOf(await context.record());
      const pods = place ? selectPods(await listPods(found, place), which) : [];
      if (!place || pods.length === 0) {
        throw new Failure(
          `The stack ${context.label} has no ${which ? `such pod (${which})` : "pod"} at ${found.server}.`,
          `${npmRun("status", stack)} shows what there is, ${npmRun("up", stack)} starts it.`,
        );
      }
      const sources = pods.map((pod) => podLog(found, place.namespace, pod));
      await writeLogs(sources, request, write);
    },
    reach: async (entrance, port = 0) => {
      const found = await cluster();
      const place = placeOf(await context.record());
      if (!place) {
        throw new Failure(
          `Nothing of the stack ${stack} is on the cluster.`,
          `${npmRun("up", stack)}.`,
        );
      }
      const pods = await listPods(found, place);
      return forward(found, place.namespace, pods, entrance, port, stack);
    },
    recover: () => recover(context, cluster),
    leftovers: async (before) => leftoversOf(await cluster(), placeOf(before)),
    room: async () => roomOf(context, await cluster(), placeOf(await context.record())),
    // It was pushed, and can be had from its registry again.
    hasImage: async () => true,
    digestOf: async (image) => digestIn(image),
  };
}

async function statusOf(context: StackContext, cluster: Cluster): Promise<StackStatus> {
  const [record, outputs] = await Promise.all([context.record(), context.outputs()]);
  const place = placeOf(record);
  const pods = place ? await listPods(cluster, place) : [];
  const serves = pods.some(({ part, well }) => part === "balancer" && well);
  return {
    parts: pods,
    table: podTable(pods),
    addresses: [
      ...(place ? [{ subject: "namespace", text: place.namespace }] : []),
      ...(outputs?.restUrl ? addressesOf(outputs, context.stack) : []),
    ],
    complete: isComplete(pods, outputs?.replicas ?? 0),
    ...(serves ? {} : { silent: "no balancer is ready" }),
    remarks: [],
  };
}

function addressesOf(outputs: Outputs, stack: string) {
  const { portForward, notebookUrl, notebookPortForward } = outputs;
  return [
    ...serviceAddresses(outputs, "   in the cluster"),
    ...(portForward ? [{ subject: "from here", text: portForward }] : []),
    { subject: "notebook", text: notebookText(notebookUrl, stack, false) },
    ...(notebookPortForward
      ? [{ subject: "", text: `${notebookPortForward}   opens the way to it` }]
      : []),
  ];
}

/** The pods, a line each. */
export function podTable(pods: Pod[]): string[] {
  return renderTable(
    ["PART", "POD", "VERSION", "NODE", "STATE", "READY", "RESTARTS", "SINCE", "IMAGE"],
    pods.map(({ part, name, version, node, state, health, restarts, since, image }) => [
      ...[part, name, version ?? "-", node ?? "-", state, health === "healthy" ? "yes" : "no"],
      ...[String(restarts), since || "-", image],
    ]),
  );
}

/**
 * Puts in order what a killed update left, as far as it stands in the way of another one. What serves
 * goes on serving.
 */
async function recover(
  { record, writeRecord }: StackContext,
  cluster: () => Promise<Cluster>,
): Promise<Recovery | undefined> {
  const deployment = await record();
  if (!deployment) {
    return undefined;
  }
  if (deployment.pending_operations?.length) {
    note("recovery", `an update broke off while ${pendingWords(deployment).join(", ")}`);
    // Pulumi refuses this while another update is under way, so nothing is touched before.
    await writeRecord({ ...deployment, pending_operations: [] });
    for (const object of interruptedObjects(deployment)) {
      await removeInterrupted(await cluster(), object);
    }
  }
  return {
    // A cluster is compared with the record each time: others may change it too.
    cure: async () => ({ refresh: true, replace: [] }),
    finish: async () => undefined,
  };
}
