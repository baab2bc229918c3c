import { shown } from "../arguments/checks";
import type { Problem } from "../arguments/problem";
import {
  anyText,
  judgedBy,
  laterOr,
  listOf,
  numberFrom,
  objectOf,
  problemsOf,
  textLike,
  wholeNumberFrom,
} from "../arguments/schema";
import { replicaFields } from "../serving/checkReplicas";
import type { Signature, TensorSpec } from "../tfserving/savedModel";
import { checkExamples } from "./checkExamples";
import { type HeldOutData, readHeldOutData } from "./heldOutData";
import { type Metric, metricNamed, metricNames } from "./metrics";
import type { ModelEvaluationArgs } from "./modelEvaluationArgs";

const longestSeconds = 86_400;

export const modelEvaluationSchema = objectOf<ModelEvaluationArgs>({
  image: laterOr(anyText()),
  modelName: replicaFields.modelName,
  signature: judgedBy(() => []),
  signatureName: textLike(/./, "use the name of a signature").optional(),
  data: textLike(/./, "name a file or folder of held-out data"),
  metric: judgedBy((name: unknown) =>
    typeof name === "string" && metricNamed(name)
      ? []
      : [
          {
            propertyPath: "",
            reason: `${name === undefined ? "is missing" : `is ${shown(name)}`}: use ${metricNames}`,
          },
        ],
  ),
  output: textLike(/./, "use the name of an output").optional(),
  atLeast: numberFrom(0, 1).optional(),
  atMost: numberFrom(0, Number.MAX_VALUE).optional(),
  notWorseBy: numberFrom(0, Number.MAX_VALUE).optional(),
  servedImage: anyText().optional(),
  recorded: listOf(judgedBy(() => [])).optional(),
  cpus: replicaFields.cpus,
  memoryMb: replicaFields.memoryMb,
  gpus: anyText().optional(),
  server: replicaFields.server,
  timeoutSeconds: wholeNumberFrom(1, longestSeconds).optional(),
  host: laterOr(textLike(/./, "use the address of a Docker Engine")).optional(),
  sshOptions: laterOr(listOf(anyText())).optional(),
});

/**
 * Everything about an evaluation that can be judged before it.
 *
 * @param signature - of the model, where it is known: whether the data fits it
 */
export function checkModelEvaluation(args: ModelEvaluationArgs, signature?: Signature): Problem[] {
  const problems = problemsOf(modelEvaluationSchema, args);
  const isRight = (name: string) => problems.every(({ propertyPath }) => propertyPath !== name);
  const metric = isRight("metric") ? metricNamed(args.metric) : undefined;
  const { data, problem } = isRight("data") ? readData(args.data) : {};
  return [
    ...problems,
    ...(problem ? [problem] : []),
    ...(metric ? checkLimits(args, metric) : []),
    ...(signature && metric ? checkFit(args, signature, metric, data) : []),
  ];
}

/**
 * The output that counts; undefined where the answers tell.
 *
 * @param output - its name. @default - the only one
 */
function outputOf({ outputs }: Signature, output?: string): TensorSpec | undefined {
  const names = Object.keys(outputs);
  return outputs[output ?? (names.length === 1 ? names[0] : "")];
}

function readData(data: string): { data?: HeldOutData; problem?: Problem } {
  try {
    return { data: readHeldOutData(data) };
  } catch (error) {
    return { problem: { propertyPath: "data", reason: (error as Error).message } };
  }
}

function checkLimits(args: ModelEvaluationArgs, { lessIsBetter, highest }: Metric): Problem[] {
  const [given, instead] = lessIsBetter
    ? (["atLeast", "atMost"] as const)
    : (["atMost", "atLeast"] as const);
  const better = lessIsBetter ? "less" : "more";
  const { notWorseBy = 0, metric } = args;
  return [
    ...(args[given] === undefined
      ? []
      : [
          {
            propertyPath: given,
            reason: `is ${args[given]}, and of ${metric} ${better} is better: use ${instead}`,
          },
        ]),
    ...(notWorseBy > highest
      ? [
          {
            propertyPath: "notWorseBy",
            reason: `is ${notWorseBy}, and ${metric} is ${highest} at most: use less`,
          },
        ]
      : []),
  ];
}

/**
 * What a signature excludes.
 *
 * @param data - undefined where it cannot be read
 */
export function checkFit(
  { data: name, output }: Pick<ModelEvaluationArgs, "data" | "output">,
  signature: Signature,
  metric: Metric,
  data: HeldOutData | undefined,
): Problem[] {
  const names = Object.keys(signature.outputs);
  if (output !== undefined ? !names.includes(output) : names.length > 1 && !metric.ofClasses) {
    const given = output === undefined ? "is missing" : `is "${output}"`;
    const reason = `${given}, and the signature has the outputs ${names.join(", ")}: name one`;
    return [{ propertyPath: "output", reason }];
  }
  const examples = data?.examples ?? [];
  return checkExamples(examples, signature, metric, outputOf(signature, output)).map((reason) => ({
    propertyPath: "data",
    reason: `is "${name}", which ${reason}`,
  }));
}
