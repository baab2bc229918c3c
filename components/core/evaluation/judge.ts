import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { currentStack } from "../stack/currentStack";
import { connect, findImage } from "../engine/engine";
import { superviseServer } from "../serving/supervisor";
import type { Signature } from "../tfserving/savedModel";
import { askContainer } from "./evaluationContainer";
import { hashOfData, type HeldOutData } from "./heldOutData";
import { type Label, type Metric, valueOf } from "./metrics";
import type { EvaluationRecord, ResolvedEvaluationArgs } from "./modelEvaluationArgs";
import { readAnswers, writeRequests } from "./requests";

/** An evaluation of which everything is known. */
export interface Evaluation {
  /** Of the component. */
  name: string;
  args: ResolvedEvaluationArgs;
  signature: Signature;
  metric: Metric;
  data: HeldOutData;
  /** Address of the engine. */
  host: string;
  sshOptions?: string[];
}

/** What an image's value is on record as; undefined where the image has to be asked. */
export function onRecord(evaluation: Evaluation, image: string): EvaluationRecord | undefined {
  const { recorded = [], metric } = evaluation.args;
  const data = dataHash(evaluation);
  return recorded.find((one) => one.image === image && one.metric === metric && one.data === data);
}

/**
 * Asks an image for all examples.
 *
 * @param progress - is called with a sentence while it goes on
 * @throws Error that says why it has no value
 */
export async function measure(
  evaluation: Evaluation,
  image: string,
  progress: (text: string) => void,
): Promise<EvaluationRecord> {
  const { args, host, data, metric } = evaluation;
  const { examples } = data;
  const id = await findImage(host, image);
  if (id === undefined) {
    throw new Error(`the image is not on the Docker Engine at ${host}`);
  }
  const answers = await inFolder((folder) => ask(evaluation, id, folder, progress));
  if (answers.length !== examples.length) {
    throw new Error(`its server gave ${answers.length} answers to ${examples.length} examples`);
  }
  const value = valueOf(
    metric,
    answers.map((answer) => ofOutput(answer, args.output)),
    examples.map(({ label }) => label as Label),
  );
  const record = { image, metric: args.metric, value, examples: examples.length };
  return { ...record, data: dataHash(evaluation) };
}

async function ask(
  { name, args, signature, host, sshOptions, data }: Evaluation,
  image: string,
  folder: string,
  progress: (text: string) => void,
): Promise<unknown[]> {
  const requests = await writeRequests(path.join(folder, "requests"), data.examples, {
    ...{ modelName: args.modelName, signature, signatureName: args.signatureName },
    maxBatchSize: args.server?.batching?.maxBatchSize,
  });
  await askContainer(
    connect(host, 0, sshOptions),
    { ...args, name, image, stack: currentStack(), server: serverOf(args) },
    folder,
    (count) => progress(`${count} of ${requests} requests are answered`),
  );
  return readAnswers(path.join(folder, "answers"));
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "tfserving-evaluation-"));
  try {
    return await work(folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

function dataHash({ data, args: { signatureName, output = "" } }: Evaluation): string {
  return hashOfData(data, { signatureName, output });
}

/** As a replica's, with the one model, and with time for large requests. */
function serverOf({ server, cpus, modelName, timeoutSeconds }: ResolvedEvaluationArgs) {
  const models = server?.models?.filter(({ name }) => name === modelName);
  return superviseServer({
    drainSeconds: 0,
    cpus,
    server: { ...server, ...(models && { models }), restApiTimeoutMs: timeoutSeconds * 1000 },
  });
}

/** A row with several outputs is an object. */
function ofOutput(answer: unknown, output: string | undefined): unknown {
  const isNamed = output !== undefined && typeof answer === "object" && !Array.isArray(answer);
  return isNamed ? (answer as Record<string, unknown>)[output] : answer;
}
