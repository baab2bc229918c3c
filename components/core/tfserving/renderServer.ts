import { serverRows } from "./serverFlags";
import type { ServerOptions } from "./serverOptions";

/** A server's command line and the files that it names. */
export interface RenderedServer {
  /** Flags as `--name=value`, always in the same order, without those that name a file. */
  flags: string[];
  /** Text-proto by the name of the flag that takes the file, such as `model_config_file`. */
  files: Record<string, string>;
}

/**
 * Renders checked options; the same options give the same text.
 *
 * @param options Options in which `checkServerOptions` found nothing.
 * @param context.cpus CPU limit of a replica, such as 1.5. Thread counts that are not set derive
 *   from it; without it the server counts the CPUs of the host.
 */
export function renderServer(
  options: ServerOptions = {},
  { cpus }: { cpus?: number } = {},
): RenderedServer {
  const whole = cpus === undefined ? undefined : Math.max(1, Math.floor(cpus));
  const flags: string[] = [];
  const files: Record<string, string> = {};
  for (const [name, row] of serverRows) {
    const value = options[name] ?? row.otherwise?.(options, whole);
    if (value === undefined) {
      continue;
    }
    for (const [flag, valueOf] of Object.entries(row.flags)) {
      const text = valueOf(value as never);
      flags.push(...(text === undefined ? [] : [`--${flag}=${String(text)}`]));
    }
    for (const [flag, render] of Object.entries(row.files ?? {})) {
      const text = render(value as never, whole);
      Object.assign(files, text && { [flag]: text });
    }
  }
  return { flags: [...flags, ...(options.extraArgs ?? [])], files };
}
