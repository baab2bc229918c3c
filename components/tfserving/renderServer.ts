import { largestBatch, renderBatching } from "./batching";
import { renderModelConfigs, usesLabels } from "./modelConfig";
import { booleanFlags, integerFlags } from "./serverFlags";
import type { ServerOptions } from "./serverOptions";

/** A server's command line and the files that it names. */
export interface RenderedServer {
  /** Flags as `--name=value`, always in the same order, without those that name a file. */
  flags: string[];
  /** Text-proto by the name of the flag that takes the file, such as `model_config_file`. */
  files: Record<string, string>;
}

export const defaultMetricsPath = "/monitoring/prometheus/metrics";

// Calls that gRPC's server refuses with RESOURCE_EXHAUSTED once its threads are taken would only
// wait in the REST server, so a small replica needs many more threads than CPUs.
const fewestGrpcThreads = 64;

// A call keeps its thread while its batch fills; TensorFlow Serving's batching guide asks for
// twice the batch size, which for the default size of 1000 would be 2000 threads.
const mostThreadsForBatching = 256;

/**
 * Renders checked options; the same options give the same text.
 *
 * @param options Options in which `checkServerOptions` found nothing.
 * @param context.cpus CPU limit of a replica, such as 1.5. Thread counts that are not set derive
 *   from it; without it the server counts the CPUs of the host.
 */
export function renderServer(
  options: ServerOptions | undefined,
  { cpus }: { cpus?: number } = {},
): RenderedServer {
  const whole = cpus === undefined ? undefined : Math.max(1, Math.floor(cpus));
  const resolved: ServerOptions = {
    ...derivedThreads(options ?? {}, whole),
    fileSystemPollWaitSeconds: 0,
    maxNumLoadRetries: 0,
    enableProfiler: false,
    ...definedOnly(options ?? {}),
  };
  return { flags: renderFlags(resolved), files: renderFiles(resolved, whole) };
}

function derivedThreads(options: ServerOptions, cpus: number | undefined): ServerOptions {
  if (cpus === undefined) {
    return {};
  }
  const batch = options.batching ? 2 * largestBatch(options.batching) : 0;
  const callThreads = Math.max(4 * cpus, Math.min(batch, mostThreadsForBatching));
  return {
    restApiNumThreads: callThreads,
    grpcMaxThreads: Math.max(callThreads, fewestGrpcThreads),
    ...(options.sessionParallelism === undefined && {
      intraOpParallelism: cpus,
      interOpParallelism: cpus,
    }),
  };
}

function definedOnly(options: ServerOptions): ServerOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function renderFlags(options: ServerOptions): string[] {
  const flags: string[] = [];
  const add = (flag: string, value: unknown) => {
    if (value !== undefined) {
      flags.push(`--${flag}=${String(value)}`);
    }
  };
  for (const { field, flag } of integerFlags) {
    add(flag, options[field]);
  }
  for (const { field, flag } of booleanFlags) {
    add(flag, options[field]);
  }
  add("per_process_gpu_memory_fraction", options.perProcessGpuMemoryFraction);
  add("grpc_channel_arguments", renderChannelArguments(options.grpcChannelArguments));
  add("saved_model_tags", options.savedModelTags?.join(","));
  add("mixed_precision", options.enableBfloat16 ? "bfloat16" : undefined);
  if (options.batching) {
    add("enable_batching", true);
    add("enable_per_model_batching_parameters", options.batching.perModelParameters);
  }
  if (usesLabels(options.models ?? [])) {
    // Without it a server that starts with labels refuses its configuration.
    add("allow_version_labels_for_unavailable_models", true);
  }
  return [...flags, ...(options.extraArgs ?? [])];
}

function renderChannelArguments(values: Record<string, string> | undefined): string | undefined {
  const pairs = Object.entries(values ?? {}).map(([name, value]) => `${name}=${value}`);
  return pairs.length > 0 ? pairs.sort().join(",") : undefined;
}

function renderFiles(options: ServerOptions, cpus: number | undefined): Record<string, string> {
  const batching = options.batching && renderBatching(options.batching, cpus);
  const monitored = options.monitoring?.enabled ?? true;
  const metricsPath = options.monitoring?.path ?? defaultMetricsPath;
  return {
    ...(batching && { batching_parameters_file: batching }),
    ...(options.models && { model_config_file: renderModelConfigs(options.models) }),
    ...(monitored && {
      monitoring_config_file: `prometheus_config { enable: true path: "${metricsPath}" }\n`,
    }),
  };
}
