import * as pulumi from "@pulumi/pulumi";
import { plainError } from "../arguments/plainError";
import { refuse } from "../arguments/refuse";
import { withDefaults } from "../arguments/withDefaults";
import { componentEngine } from "../engine/componentEngine";
import { servedOn } from "../serving/startFailure";
import { checkFit, checkModelEvaluation } from "./checkModelEvaluation";
import { readHeldOutData } from "./heldOutData";
import { type Evaluation, measure, onRecord } from "./judge";
import { metricNamed } from "./metrics";
import {
  EvaluationRecord,
  ModelEvaluationArgs,
  modelEvaluationDefaults,
  ResolvedEvaluationArgs,
} from "./modelEvaluationArgs";
import { limitsText, shortcomings, shownValue } from "./verdict";

/**
 * A gate before a release: asks a serving image for held-out data, in a container of its own on the
 * engine that has it, and lets it pass where its answers are good enough.
 *
 * What uses the output `image` waits for that, and an update whose model is not good enough fails
 * before it changes anything of what uses it. A preview asks nothing: it says what will be asked, and
 * has `image` at once.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class ModelEvaluation extends pulumi.ComponentResource {
  /** The image, once it is found to be good enough. */
  public readonly image: pulumi.Output<string>;
  /** What was found. In a preview what is on record, if anything is. */
  public readonly record: pulumi.Output<EvaluationRecord | undefined>;
  /** The same of the model that serves, where it is known. */
  public readonly servedRecord: pulumi.Output<EvaluationRecord | undefined>;

  constructor(name: string, args: ModelEvaluationArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, modelEvaluationDefaults);
    refuse("ModelEvaluation", name, checkModelEvaluation(resolved));
    super("tfserving:index:ModelEvaluation", name, {}, opts);

    const { image } = resolved;
    const found = evaluationOf(name, resolved, this).apply(([evaluation, known]) =>
      judge(evaluation, known, this),
    );
    this.image = pulumi.runtime.isDryRun()
      ? pulumi.output(image)
      : pulumi.all([image, found]).apply(([known]) => known);
    this.record = found.apply(({ record }) => record);
    this.servedRecord = found.apply(({ served }) => served);
    this.registerOutputs({
      image: this.image,
      record: this.record,
      servedRecord: this.servedRecord,
    });
  }
}

interface Found {
  record?: EvaluationRecord;
  served?: EvaluationRecord;
}

/** The evaluation, and the image, once they are known. */
function evaluationOf(
  name: string,
  args: ResolvedEvaluationArgs,
  component: pulumi.Resource,
): pulumi.Output<[Evaluation, string]> {
  const { image, sshOptions } = args;
  const metric = metricNamed(args.metric)!;
  const data = readHeldOutData(args.data);
  return pulumi
    .all([image, args.signature, componentEngine(component, args), sshOptions])
    .apply(([known, signature, host, options]): [Evaluation, string] => {
      const problems = checkFit(args, signature, metric, data);
      if (problems.length > 0) {
        const lines = problems.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
        throw plainError(`ModelEvaluation ${name} cannot work: ${lines.join("; ")}`);
      }
      return [{ name, args, signature, metric, data, host, sshOptions: options }, known];
    });
}

/** @throws RunError where the image is not good enough, or nobody can tell */
async function judge(
  evaluation: Evaluation,
  image: string,
  component: pulumi.Resource,
): Promise<Found> {
  const { servedImage = image, notWorseBy } = evaluation.args;
  // The model that serves is not compared with itself.
  const isServed = servedImage === image;
  const known = onRecord(evaluation, image);
  const servedKnown = isServed ? undefined : onRecord(evaluation, servedImage);
  const say = (text: string) => pulumi.log.info(text, component);
  if (pulumi.runtime.isDryRun() && !known) {
    const limits = limitsText(evaluation.args, servedKnown?.value);
    const { length } = evaluation.data.examples;
    await say(
      `up asks ${image} for ${length} examples: ${evaluation.args.metric} is to be ${limits}`,
    );
    return { served: servedKnown };
  }
  const progress = (text: string) => void pulumi.log.info(text, component, undefined, true);
  const record = known ?? (await orRefused(image, measure(evaluation, image, progress)));
  const compares = !known && !isServed && notWorseBy !== undefined;
  const served =
    servedKnown ??
    (compares
      ? await orUnknown(servedImage, component, measure(evaluation, servedImage, progress))
      : undefined);
  decide(evaluation, record, served);
  if (!known) {
    const than = served ? `; ${shownValue(served.value)} of ${servedImage}, which serves` : "";
    await say(`${valueText(record)} of ${image}${than}`);
  }
  return { record, served };
}

async function orRefused<T>(image: string, asked: Promise<T>): Promise<T> {
  return asked.catch((error: Error) => {
    throw plainError(
      `The model in ${image} could not be evaluated, and is not released: ${error.message}`,
    );
  });
}

/** Nothing to compare with is no reason to keep a model from being released. */
async function orUnknown<T>(
  image: string,
  component: pulumi.Resource,
  asked: Promise<T>,
): Promise<T | undefined> {
  return asked.catch(async (error: Error) => {
    const why = `${image}, which serves, could not be asked: ${error.message}`;
    await pulumi.log.warn(`The new model is compared with nothing: ${why}`, component);
    return undefined;
  });
}

function decide({ args }: Evaluation, record: EvaluationRecord, served?: EvaluationRecord): void {
  const reasons = shortcomings(args, record.value, served?.value);
  if (reasons.length > 0) {
    throw plainError(
      `The model in ${record.image} is not good enough, and is not released: ` +
        `${valueText(record)}, and ${reasons.join("; ")}.` +
        (args.servedImage === undefined ? "" : ` ${servedOn}`),
    );
  }
}

function valueText({ metric, value, examples }: EvaluationRecord): string {
  return `${metric} is ${shownValue(value)} on ${examples} examples`;
}
