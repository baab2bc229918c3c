import { below, type Entry, namedValues } from "./composeTree";
import type { Findings } from "./findings";

/** A port that a service publishes. */
export interface PublishedPort {
  readonly entry: Entry;
  readonly inside: number;
  /** @default - one that Docker chooses */
  readonly outside?: number;
  /** @default - every address of the host */
  readonly address?: string;
}

const shortPort =
  /^(?:(?<address>\[[\da-f:]+\]|\d+(?:\.\d+){3}):)?(?:(?<outside>[\d-]*):)?(?<inside>[\d-]+)(?:\/\w+)?$/i;

/** Ports in the short and the long form, ranges one by one. */
export function portsOf(ports: Entry | undefined, findings: Findings): PublishedPort[] {
  return (ports?.items ?? []).flatMap((entry) => {
    const long = entry.fields && {
      address: below(entry, "host_ip")?.text,
      outside: below(entry, "published")?.text,
      inside: below(entry, "target")?.text,
    };
    const { address, outside, inside } = long ?? shortPort.exec(entry.text ?? "")?.groups ?? {};
    const insides = range(inside);
    const outsides = range(outside);
    if (insides.length === 0 || (outsides.length > 0 && outsides.length !== insides.length)) {
      const given = entry.text ?? inside ?? null;
      findings.refuse(entry, `is ${JSON.stringify(given)}: use HOST:CONTAINER, such as 8501:8501`);
      return [];
    }
    return insides.map((port, index) => ({
      ...{ entry, inside: port, outside: outsides[index] },
      address: address?.replace(/[[\]]/g, ""),
    }));
  });
}

function range(text = ""): number[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return first === undefined || to < from || to > 65_535
    ? []
    : Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const units: Record<string, number> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** An amount of memory such as `2g` or `512M` in MiB. */
export function wholeMiB(entry: Entry, findings: Findings): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(entry.text ?? "") ?? [];
  const mib = Math.floor((Number(amount) * units[unit?.toLowerCase() ?? ""]) / 2 ** 20);
  if (amount === undefined || mib === 0) {
    findings.refuse(
      entry,
      `is ${JSON.stringify(entry.text ?? null)}: use an amount such as 2g or 512M`,
    );
    return undefined;
  }
  return mib;
}

/** GPUs in each of the ways in which Compose and Swarm have them. */
export function takeGpus(entry: Entry, target: string, findings: Findings): void {
  const reservations = below(entry, "deploy", "resources", "reservations");
  if (target === "swarm") {
    const [generic] = below(reservations, "generic_resources")?.items ?? [];
    const spec = below(generic, "discrete_resource_spec");
    if (generic && spec) {
      const kind = `${below(spec, "kind")?.text}=${below(spec, "value")?.text}`;
      findings.take(generic, "gpus", kind);
    }
    return;
  }
  const devices = below(reservations, "devices")?.items ?? below(entry, "gpus")?.items ?? [];
  const gpu = devices.find((device) => {
    const names = below(device, "capabilities")?.items?.map(({ text }) => text) ?? ["gpu"];
    return names.includes("gpu") || names.includes("nvidia");
  });
  const visible = namedValues(below(entry, "environment")).find(
    ({ name }) => name === "NVIDIA_VISIBLE_DEVICES",
  );
  if (gpu) {
    const ids = below(gpu, "device_ids")?.items?.map(({ text }) => text);
    const count = below(gpu, "count")?.text ?? "all";
    findings.take(gpu, "gpus", ids ? `device=${ids.join(",")}` : firstGpus(count));
  } else if (below(entry, "gpus")?.text === "all") {
    findings.take(below(entry, "gpus")!, "gpus", "all");
  } else if (below(entry, "runtime")?.text === "nvidia") {
    const ids = visible?.value ?? "all";
    findings.take(below(entry, "runtime")!, "gpus", ids === "all" ? ids : `device=${ids}`);
  }
}

/** The first ones of the host: a stack names GPUs, and counts none. */
function firstGpus(count: string): string {
  return /^\d+$/.test(count) && Number(count) > 0
    ? `device=${Array.from({ length: Number(count) }, (_, index) => index).join(",")}`
    : "all";
}
