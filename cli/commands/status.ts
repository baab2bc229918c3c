import { type ClientCounts, countByClient, counted, countLines } from "../accessLog/clientCounts";
import { parseEntry } from "../accessLog/entry";
import { note, npmRun, say, tell } from "../output/console";
import { report } from "../output/failure";
import {
  askModels,
  evaluationText,
  isClosed,
  isServed,
  type ModelReport,
  versionLines,
} from "../predict/models";
import { toJson } from "../predict/service";
import {
  certificateFact,
  type ShownCertificate,
  shownCertificate,
} from "../predict/shownCertificate";
import { pluginNeeds } from "../setup/pulumiHome";
import { targetOf } from "../targets";
import type { Outputs, StackContext, StackStatus, Target } from "../targets/target";
import { cardFact } from "./lineage";

/** Shows what runs of a stack, its addresses and the state of its models; 0 where all is well. */
export async function status(context: StackContext, { json }: { json?: unknown }): Promise<number> {
  const target = targetOf(context);
  const connected = await target.connect();
  const [found, outputs] = await Promise.all([target.status(), context.outputs()]);
  const [{ models, certificate }, clients] = await Promise.all([
    ask(context, target, found, outputs),
    clientsOf(target, found),
  ]);
  const served = models.length > 0 && models.every((model) => isServed(model) || isClosed(model));
  // Where nobody here can ask, what runs has to do.
  const well = found.complete && (served || (found.silent !== undefined && models.length === 0));
  if (json) {
    say(toJson(asJson(context, found, outputs, { models, certificate, clients }, well), 2));
    return well ? 0 : 1;
  }
  tell({ subject: "stack", text: `${context.label} in ${context.backend.url}` });
  connected.forEach(tell);
  if (!outputs?.restUrl && found.parts.length === 0) {
    say(`\nNothing runs.\nNext: ${npmRun("up", context.stack)}   starts it`);
    return 1;
  }
  say();
  found.table.forEach((line) => say(line));
  say();
  found.addresses.forEach(tell);
  if (certificate) {
    tell(certificateFact(certificate, renewalOf(context)));
  }
  if (found.silent) {
    tell({ subject: "model", text: `cannot be asked from here: ${found.silent}` });
  }
  if (outputs?.modelSource) {
    tell({ subject: "source", text: sourceText(outputs) });
  }
  models.forEach((model) => {
    if (isClosed(model)) {
      tell({ subject: "model", text: `cannot be asked from here: ${model.error?.message}` });
    } else if (model.error) {
      report(model.error);
    }
    versionLines(model).forEach((text) => tell({ subject: "model", text }));
  });
  if (outputs?.modelCard !== undefined) {
    tell(cardFact(outputs.modelCard));
  }
  if (outputs?.evaluation) {
    tell({ subject: "evaluation", text: evaluationText(outputs.evaluation) });
  }
  found.remarks.forEach(tell);
  if (clients) {
    const estimated = clients.estimated ? ", estimated from the share that is logged" : "";
    say(`\nRequests since ${clients.since}${estimated}`);
    countLines(clients).forEach((line) => say(line));
  }
  say(nextSteps(context.stack, found, well));
  return well ? 0 : 1;
}

/** What the service itself says. */
interface Asked {
  readonly models: ModelReport[];
  /** Absent without TLS, and where it is AWS's, which renews it. */
  readonly certificate?: ShownCertificate;
}

async function ask(
  { stack, setting }: StackContext,
  target: Target,
  { silent }: StackStatus,
  outputs: Outputs | undefined,
): Promise<Asked> {
  if (!outputs?.restUrl || silent) {
    return { models: [] };
  }
  const reach = await target.reach("rest");
  try {
    const [models, certificate] = await Promise.all([
      askModels(outputs, reach.url, stack),
      setting("target") === "ecs" ? undefined : shownCertificate(reach.url(outputs.restUrl)),
    ]);
    return { models, certificate };
  } finally {
    reach.close();
  }
}

/** What clients have asked the balancers lately, as far as these write it down. */
async function clientsOf(
  target: Target,
  { parts }: StackStatus,
): Promise<ClientCounts | undefined> {
  if (!parts.some(({ part }) => part === "balancer")) {
    return undefined;
  }
  const lines: string[] = [];
  const { seconds, lines: tail } = counted;
  const request = {
    ...{ which: "balancer", tail: String(tail), sinceSeconds: seconds },
    ...{ timestamps: false, follow: false, raw: true },
  };
  try {
    await target.logs(request, (line) => lines.push(line));
  } catch (error) {
    note("clients", `not counted: ${(error as Error).message}`);
  }
  return countByClient(lines.map(parseEntry).filter((entry) => entry !== undefined));
}

function renewalOf({ setting, stack }: StackContext): string {
  return pluginNeeds(setting).selfSigned ? `${npmRun("up", stack)} renews it` : "renew it";
}

function sourceText({ modelSource = "", modelRevision }: Outputs): string {
  return modelRevision ? `${modelSource}   revision ${modelRevision}` : modelSource;
}

function nextSteps(stack: string, { parts }: StackStatus, well: boolean): string {
  const ill = parts.find((part) => !part.well && part.id);
  return well
    ? `\nNext: ${npmRun("predict", stack)}   asks it; ${npmRun("logs", stack)}   shows what its parts say`
    : `\nNot all is well. Next: ${npmRun(ill ? `logs -- ${ill.id}` : "logs", stack)}   shows why; ` +
        `${npmRun("up", stack)}   puts it right`;
}

/** What programs get; the notebook's token is for people. */
function asJson(
  { stack, label, setting }: StackContext,
  { parts, remarks, silent }: StackStatus,
  outputs: Outputs | undefined,
  { models, certificate, clients }: Asked & { clients?: ClientCounts },
  well: boolean,
) {
  return {
    ...{ stack, label, target: setting("target"), well },
    restUrl: outputs?.restUrl,
    grpcAddress: outputs?.grpcAddress,
    notebookUrl: outputs?.notebookUrl?.replace(/\?.*$/, ""),
    image: outputs?.image,
    modelSource: outputs?.modelSource,
    modelRevision: outputs?.modelRevision,
    modelCard: outputs?.modelCard,
    parts,
    models: models.map((model) => ({
      ...{ name: model.name, served: isServed(model), versions: model.versions },
      ...{ labels: model.labels, error: model.error?.message },
    })),
    certificate,
    notAsked: silent,
    clients,
    remarks: remarks.map(({ text }) => text),
  };
}
