import { note, npmRun } from "../../output/console";
import { Failure } from "../../output/failure";
import { renderTable } from "../../output/table";
import { writeLogs } from "../logLines";
import { digestIn, entranceUrl, notebookText, requireOutputs, serviceAddresses } from "../outputs";
import { created, nameInProgram, pendingWords, standing } from "../record";
import type {
  Deployment,
  Entrance,
  Fact,
  Leftovers,
  Outputs,
  Reach,
  Recovery,
  StackContext,
  StackStatus,
  Target,
} from "../target";
import { openTunnel } from "../tunnel";
import { type Aws, connectAws, type EcsPlace, placeOf, requireAws } from "./aws";
import { taskLog } from "./taskLogs";
import { type EcsTask, isSteady, listTasks, selectTasks, serviceRemarks } from "./tasks";

/** AWS: services of ECS behind a load balancer. */
export function ecsTarget(context: StackContext): Target {
  let answered: Promise<{ aws: Aws; place?: EcsPlace }> | undefined;
  const connected = () =>
    (answered ??= (async () => {
      const place = placeOf(await context.record());
      const aws = await connectAws(context, place);
      await requireAws(aws, context);
      return { aws, place };
    })());
  return {
    place: "AWS",
    connect: async () => {
      const { aws, place } = await connected();
      const cluster = place ? `, cluster ${place.cluster.split("/").at(-1)}` : "";
      return [{ subject: "aws", text: `${aws.region}${cluster}` }];
    },
    status: async () => {
      const { aws, place } = await connected();
      return statusOf(context, aws, place);
    },
    logs: async (request, write) => {
      if (request.which === "balancer") {
        throw logsOfBalancer(context, await context.record());
      }
      const { aws, place } = await connected();
      const tasks = place ? await tasksWithLogs(aws, place, request.follow) : [];
      const selected = selectTasks(tasks, request.which);
      if (selected.length === 0) {
        throw nothingToShow(context, request.which);
      }
      await writeLogs(
        selected.map((task) => taskLog(aws, task)),
        request,
        write,
      );
    },
    reach: (entrance, port) => reachAws(context, entrance, port),
    recover: () => recover(context),
    leftovers: async (before) => leftoversOf(before),
    // Instances are added.
    room: async () => undefined,
    // It was pushed; a preview says where the registry has it no more.
    hasImage: async () => true,
    digestOf: async (image) => digestIn(image),
  };
}

/** The tasks that run; and those that ended, which say why a release failed, where nothing is followed. */
async function tasksWithLogs(aws: Aws, place: EcsPlace, follow: boolean): Promise<EcsTask[]> {
  const listed = await Promise.all([
    listTasks(aws, place),
    follow ? [] : listTasks(aws, place, true),
  ]);
  return listed.flat().filter(({ log }) => log);
}

/** A load balancer of AWS writes its access log into a bucket, every five minutes. */
function logsOfBalancer({ label }: StackContext, record: Deployment = {}): Failure {
  const bucket = standing(record).find(({ type }) => type === "aws:s3/bucket:Bucket")?.id;
  return bucket
    ? new Failure(
        `What the load balancer of the stack ${label} logs is in the bucket ${bucket}.`,
        `aws s3 ls --recursive s3://${bucket} lists the files, one for every five minutes.`,
      )
    : new Failure(
        `The load balancer of the stack ${label} logs nothing.`,
        "set accessLogs of awsEndpoint to true: it then writes access logs into a bucket.",
      );
}

function nothingToShow({ label, stack }: StackContext, which: string | undefined): Failure {
  return new Failure(
    `The stack ${label} has no ${which ? `such task (${which})` : "task"} on AWS.`,
    `${npmRun("status", stack)} shows what there is, ${npmRun("up", stack)} starts it.`,
  );
}

async function statusOf(
  context: StackContext,
  aws: Aws,
  place: EcsPlace | undefined,
): Promise<StackStatus> {
  const outputs = await context.outputs();
  const [tasks, services] = place
    ? await Promise.all([listTasks(aws, place), describeServices(aws, place)])
    : [[], []];
  const steady = services.length > 0 && services.every(isSteady);
  const stopped = steady || !place ? [] : await listTasks(aws, place, true);
  return {
    parts: tasks,
    table: taskTable(tasks),
    addresses: outputs?.restUrl ? addressesOf(outputs, context.stack) : [],
    complete: steady && tasks.length > 0 && tasks.every(({ well }) => well),
    remarks: [
      ...serviceRemarks(services),
      ...stopped.slice(0, 3).map(({ part, id, stopped: why }) => ({
        subject: "stopped",
        text: `${part} ${id}: ${why}`,
      })),
    ],
  };
}

async function describeServices({ ecs }: Aws, { cluster, services }: EcsPlace) {
  const names = services.map(({ name }) => name);
  return names.length > 0
    ? ((await ecs.describeServices({ cluster, services: names })).services ?? [])
    : [];
}

function taskTable(tasks: EcsTask[]): string[] {
  return renderTable(
    ["PART", "TASK", "VERSION", "INSTANCE", "STATE", "HEALTH", "SINCE", "IMAGE"],
    tasks.map(({ part, id, version, node, state, health, since, image }) => [
      ...[part, id, version ?? "-", node || "-", state, health || "-", since || "-", image],
    ]),
  );
}

function addressesOf(outputs: Outputs, stack: string): Fact[] {
  return [
    ...serviceAddresses(outputs, "", "not offered (awsEndpoint.grpc)"),
    { subject: "notebook", text: notebookText(outputs.notebookUrl, stack, false) },
  ];
}

/** The load balancer is called as it is; a tunnel of AWS Systems Manager leads to the notebook. */
async function reachAws(context: StackContext, entrance: Entrance, port?: number): Promise<Reach> {
  const url = await entranceUrl(context, entrance);
  if (entrance === "rest") {
    return { url: (of) => of, forwarded: false, close: () => undefined };
  }
  const { stack } = context;
  const { notebookTunnel } = await requireOutputs(context);
  if (!notebookTunnel) {
    throw new Failure(
      `The notebook of the stack ${stack} does not run.`,
      `${npmRun("pulumi -- config set --path awsNotebook.running true", stack)}, then ${npmRun("up", stack)}.`,
    );
  }
  const local = port ?? Number(url.port);
  return openTunnel({
    program: "sh",
    args: ["-c", notebookTunnel.replace(/("localPortNumber":\[")\d+/, `$1${local}`)],
    port: local,
    to: "the notebook on AWS",
    advice:
      "install the AWS CLI with its Session Manager plugin " +
      "(https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html), and log in.",
  });
}

/**
 * Clears what a killed update left on record. AWS has no list of what a stack made, so what was being
 * created is named: nothing else knows of it.
 */
async function recover({ record, writeRecord }: StackContext): Promise<Recovery | undefined> {
  const deployment = await record();
  if (!deployment) {
    return undefined;
  }
  const interrupted = Boolean(deployment.pending_operations?.length);
  if (interrupted) {
    note("recovery", `an update broke off while ${pendingWords(deployment).join(", ")}`);
    await writeRecord({ ...deployment, pending_operations: [] });
    created(deployment)
      .filter(({ type }) => type.startsWith("aws:"))
      .forEach((resource) => note("recovery", leftBehind(resource)));
  }
  return {
    cure: async () => ({ refresh: interrupted, replace: [] }),
    finish: async () => undefined,
  };
}

function leftBehind(resource: { urn: string; type: string; inputs?: Record<string, unknown> }) {
  const name = resource.inputs?.name ?? nameInProgram(resource);
  return `${resource.type} ${name} may be there without being on record: remove it on AWS where it is`;
}

/** What stays with its content when a stack is destroyed, and how it is removed. */
const kept: Record<string, (name: string) => string> = {
  "aws:ecr/repository:Repository": (name) =>
    `aws ecr delete-repository --force --repository-name ${name}`,
  "aws:efs/fileSystem:FileSystem": (id) => `aws efs delete-file-system --file-system-id ${id}`,
  "aws:s3/bucket:Bucket": (name) => `aws s3 rb --force s3://${name}`,
  "aws:cloudwatch/logGroup:LogGroup": (name) =>
    `aws logs delete-log-group --log-group-name ${name}`,
};

/** By the record: AWS has no list of what a stack made. */
export function leftoversOf(before: Deployment | undefined): Leftovers {
  const stays = (before?.resources ?? [])
    .filter(({ type, retainOnDelete, id }) => retainOnDelete && id && kept[type])
    .map(({ type, id }) => ({ subject: "stays", text: kept[type](String(id)) }));
  return {
    strays: [],
    stays:
      stays.length > 0
        ? [{ subject: "stays", text: "what holds your data; to remove it:" }, ...stays]
        : [],
  };
}
