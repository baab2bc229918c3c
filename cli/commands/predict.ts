import * as path from "node:path";
import { scoresIn } from "@tf-model-serving/core/facts";
import { note, npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { callerOf } from "../predict/caller";
import { classNames, predictionLine, topClasses } from "../predict/classes";
import { heldOutPictures, type Picture, servesSample } from "../predict/pictures";
import { pictureRequest, type PredictRequest, requestsFor } from "../predict/requests";
import { predict as ask, signatureOf, toJson } from "../predict/service";
import { targetOf } from "../targets";
import { requireOutputs } from "../targets/outputs";
import type { Outputs, StackContext } from "../targets/target";

interface PredictOptions {
  /** Whether to show answers as JSON. */
  json?: unknown;
  /** How many classes of each answer. */
  top?: unknown;
  /** One of several. @default - the stack's own */
  model?: unknown;
}

/** An answer, and what it is to. */
interface Answer {
  /** A file, or its number in a request; columns have none. */
  readonly row?: string;
  readonly answer: unknown;
}

/** Asks the service: for the classes of the ten held-out pictures, or for what files hold. */
export async function predict(
  context: StackContext,
  options: PredictOptions,
  files: string[],
): Promise<void> {
  const { root, stack, setting } = context;
  const count = countOf(options.top ?? "1");
  if (files.length === 0) {
    requireSample(context, options);
  }
  const outputs = await requireOutputs(context);
  const caller = callerOf(outputs);
  const modelUrl = urlOf(outputs, options.model, stack);
  const pictures = files.length > 0 ? [] : heldOutPictures(root);
  const reach = await targetOf(context).reach("rest");
  const answers: Answer[] = [];
  try {
    const url = reach.url(modelUrl);
    const name = options.model ? "serving_default" : String(setting("signatureName"));
    const known = options.model ? undefined : outputs.signature;
    const signature = async () => known ?? (await signatureOf(url, name, stack, caller));
    const requests =
      files.length > 0
        ? await requestsFor(files, signature)
        : [await pictureRequest(filesOf(pictures), await signature())];
    for (const { body, rows } of requests) {
      const answer = await ask(url, { signature_name: name, ...body }, stack, caller);
      answers.push(...rowsOf(answer, rows));
    }
  } finally {
    reach.close();
  }
  // A folder that is not served says nothing of the classes.
  const folder = setting("modelSource") ? undefined : String(setting("modelFolder"));
  const names = folder === undefined ? [] : classNames(path.resolve(root, folder));
  if (options.json) {
    say(
      toJson(
        answers.map((one) => asJson(one, count, names)),
        2,
      ),
    );
  } else {
    answers.forEach((one) => linesOf(one, count, names, files.length > 0).forEach((l) => say(l)));
  }
  if (pictures.length > 0) {
    judge(answers, pictures, modelUrl, stack, Boolean(options.json));
  }
}

function countOf(top: unknown): number {
  if (!/^[1-9]\d*$/.test(String(top))) {
    throw new Failure(
      `--top is "${top}", not a number from 1.`,
      "npm run predict -- --help lists what there is.",
      2,
    );
  }
  return Number(top);
}

function requireSample({ setting, stack }: StackContext, { model }: PredictOptions): void {
  if (model || !servesSample(setting)) {
    throw new Failure(
      `The stack ${stack} serves ${model ?? setting("modelName")} from ` +
        `${setting("modelSource") || setting("modelFolder")}, ` +
        "and the held-out pictures fit the sample model only.",
      `call it with inputs of its own: ${npmRun("predict -- FILE.png", stack)}, or a file of JSON; ` +
        `${npmRun("pulumi -- stack output signature", stack)} shows the inputs that it takes.`,
    );
  }
}

function urlOf({ restUrl, modelUrls }: Outputs, model: unknown, stack: string): string {
  const url = model ? modelUrls?.[String(model)] : restUrl;
  if (!url) {
    throw new Failure(
      `The stack ${stack} has no model ${model}: it has ${Object.keys(modelUrls ?? {}).join(", ")}.`,
      "name one of them.",
      2,
    );
  }
  return url;
}

function filesOf(pictures: Picture[]): string[] {
  return pictures.map(({ file }) => file);
}

function rowsOf(answer: unknown, rows: PredictRequest["rows"]): Answer[] {
  return rows && Array.isArray(answer)
    ? answer.map((one, at) => ({ row: rows[at], answer: one }))
    : [{ answer }];
}

function asJson({ row, answer }: Answer, count: number, names: string[]) {
  const scores = scoresIn(answer);
  return { input: row, ...(scores ? { top: topClasses(scores, count, names) } : {}), answer };
}

/** An answer for people: its classes, or what it is. */
function linesOf({ row, answer }: Answer, count: number, names: string[], named: boolean) {
  const scores = scoresIn(answer);
  if (!scores) {
    return [toJson(answer)];
  }
  const best = topClasses(scores, count, names);
  if (best.length === 0) {
    return [`${row}: no class, for none of its ${scores.length} scores is a number`];
  }
  if (count === 1) {
    return [`${named ? `${row}: ` : ""}${predictionLine(best[0])}`];
  }
  const lines = best.map(
    ({ index, name, score }) => `  ${score.toFixed(4).padStart(8)}  ${name ?? `number ${index}`}`,
  );
  return [`${row}:`, ...lines];
}

/**
 * Says how many of the held-out pictures were named rightly.
 *
 * @throws Failure where not all were
 */
function judge(
  answers: Answer[],
  pictures: Picture[],
  url: string,
  stack: string,
  quiet: boolean,
): void {
  const right = answers.filter(({ answer }, at) => {
    const [best] = topClasses(scoresIn(answer) ?? [], 1);
    return best?.index === pictures[at].index;
  }).length;
  const verdict = `${right} of ${pictures.length} right, all from ${url}`;
  if (quiet) {
    note("predict", verdict);
  } else {
    say(`\n${verdict}`);
  }
  if (right < pictures.length) {
    throw new Failure(
      `${pictures.length - right} of the ${pictures.length} pictures came back with another class.`,
      `see with ${npmRun("status", stack)} which version of the model is served.`,
    );
  }
}
