import { checkBatching } from "./batching";
import { checkBoolean, checkFields, checkInteger, isObject, shown } from "../core/checks";
import { checkExtraArgs } from "./extraArgs";
import { checkModelConfigs } from "./modelConfig";
import type { Problem } from "../core/problem";
import { booleanFlags, integerFlags } from "./serverFlags";
import type { MonitoringOptions, ServerOptions } from "./serverOptions";

const fields: string[] = [
  ...integerFlags.map(({ field }) => field),
  ...booleanFlags.map(({ field }) => field),
  "perProcessGpuMemoryFraction",
  "grpcChannelArguments",
  "savedModelTags",
  "enableBfloat16",
  "batching",
  "monitoring",
  "models",
  "extraArgs",
];

/**
 * Finds everything in the options that TensorFlow Serving would refuse at start, fail on later or
 * silently pass over. Without options there is nothing to find.
 */
export function checkServerOptions(
  options: ServerOptions | undefined,
  propertyPath: string,
): Problem[] {
  if (options === undefined) {
    return [];
  }
  const problems = checkFields(options, fields, propertyPath);
  if (typeof options !== "object" || options === null) {
    return problems;
  }
  for (const { field, min, max } of integerFlags) {
    problems.push(...checkInteger(options[field], `${propertyPath}.${field}`, { min, max }));
  }
  for (const field of [...booleanFlags.map((flag) => flag.field), "enableBfloat16"] as const) {
    problems.push(...checkBoolean(options[field], `${propertyPath}.${field}`));
  }
  problems.push(...checkExclusions(options, propertyPath), ...checkValues(options, propertyPath));
  if (options.batching !== undefined) {
    problems.push(...checkBatching(options.batching, `${propertyPath}.batching`));
  }
  if (options.monitoring !== undefined) {
    problems.push(...checkMonitoring(options.monitoring, `${propertyPath}.monitoring`));
  }
  if (options.models !== undefined) {
    problems.push(...checkModelConfigs(options.models, `${propertyPath}.models`));
  }
  if (options.extraArgs !== undefined) {
    problems.push(...checkExtraArgs(options.extraArgs, `${propertyPath}.extraArgs`));
  }
  return problems;
}

function checkExclusions(options: ServerOptions, propertyPath: string): Problem[] {
  const problems: Problem[] = [];
  const refuse = (name: keyof ServerOptions, reason: string) =>
    problems.push({ propertyPath: `${propertyPath}.${name}`, reason });
  const split = (["intraOpParallelism", "interOpParallelism"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (options.sessionParallelism !== undefined && split.length > 0) {
    refuse(
      "sessionParallelism",
      `is ${options.sessionParallelism} beside ${split.join(" and ")}; set either it or those`,
    );
  }
  if (options.loadRetryIntervalMicros !== undefined && !options.maxNumLoadRetries) {
    refuse(
      "loadRetryIntervalMicros",
      `is ${options.loadRetryIntervalMicros}, but nothing is retried; set maxNumLoadRetries to 1 ` +
        "or more",
    );
  }
  if (options.numRequestIterationsForWarmup !== undefined && options.enableModelWarmup === false) {
    refuse(
      "numRequestIterationsForWarmup",
      `is ${options.numRequestIterationsForWarmup}, but enableModelWarmup is false; leave one out`,
    );
  }
  if (options.modelConfigPollWaitSeconds) {
    if (options.models === undefined) {
      refuse(
        "modelConfigPollWaitSeconds",
        `is ${options.modelConfigPollWaitSeconds}, but has no effect without models`,
      );
    } else if (!options.fileSystemPollWaitSeconds) {
      refuse(
        "modelConfigPollWaitSeconds",
        `is ${options.modelConfigPollWaitSeconds}, but a change would wait for ever for its ` +
          "versions while fileSystemPollWaitSeconds is 0; set that to 1 or more " +
          "(tensorflow/serving#1519)",
      );
    }
  }
  return problems;
}

function checkValues(options: ServerOptions, propertyPath: string): Problem[] {
  const problems: Problem[] = [];
  const refuse = (name: string, reason: string) =>
    problems.push({ propertyPath: `${propertyPath}.${name}`, reason });

  const fraction = options.perProcessGpuMemoryFraction;
  if (fraction !== undefined && !(typeof fraction === "number" && fraction > 0 && fraction <= 1)) {
    refuse("perProcessGpuMemoryFraction", `is ${shown(fraction)}: use a number above 0 up to 1`);
  }
  const tags = options.savedModelTags;
  if (tags !== undefined) {
    const good = Array.isArray(tags) && tags.length > 0 && tags.every(isTag);
    if (!good) {
      refuse("savedModelTags", `is ${shown(tags)}: use at least one tag, none empty or with ","`);
    }
  }
  const channel: unknown = options.grpcChannelArguments ?? {};
  if (!isObject(channel)) {
    refuse("grpcChannelArguments", `is ${shown(channel)}: use an object of texts by name`);
    return problems;
  }
  for (const [name, value] of Object.entries(channel)) {
    if (![name, value].every((part) => typeof part === "string" && /^[^,=]+$/.test(part))) {
      refuse(
        `grpcChannelArguments.${name}`,
        `is ${shown(value)}; the server splits names and values at "," and "=", so neither may ` +
          "be empty or hold them, and numbers are given as text",
      );
    }
  }
  return problems;
}

function isTag(tag: unknown): boolean {
  return typeof tag === "string" && /^[^,]+$/.test(tag);
}

function checkMonitoring(monitoring: MonitoringOptions, propertyPath: string): Problem[] {
  const problems = checkFields(monitoring, ["enabled", "path"], propertyPath);
  if (typeof monitoring !== "object" || monitoring === null) {
    return problems;
  }
  problems.push(...checkBoolean(monitoring.enabled, `${propertyPath}.enabled`));
  const path: unknown = monitoring.path;
  if (path === undefined) {
    return problems;
  }
  const refuse = (reason: string) =>
    problems.push({ propertyPath: `${propertyPath}.path`, reason: `is ${shown(path)}: ${reason}` });
  if (monitoring.enabled === false) {
    refuse("leave it out while enabled is false");
  } else if (typeof path !== "string" || !/^\/[A-Za-z0-9_.~/-]+$/.test(path)) {
    refuse("use a URL path, / and then letters, digits, _, -, ., ~ and /");
  } else if (/^\/v1(\/|$)/.test(path)) {
    refuse("choose a path outside /v1/, where the REST API is");
  }
  return problems;
}
