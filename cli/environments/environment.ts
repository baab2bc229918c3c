import { Failure } from "../output/failure";

/** A preview environment: a stack that lives for a while, with the settings of another one. */
export interface Environment {
  /** The stack whose settings it has. */
  readonly from: string;
  /** When it may be removed. Not a date at all (NaN) where its tag cannot be read. */
  readonly expires: Date;
  /** Ports of the Docker host, for REST and gRPC. @default - none is published */
  readonly ports: readonly number[];
}

/**
 * Tags of a stack, where every backend keeps them beside its state: they are there before the first
 * update, after one that failed, and for a sweep that has nothing of the pull request. Labels of
 * containers would not do: another label is another container.
 */
const tags = {
  from: "tfserving:from",
  expires: "tfserving:expires",
  ports: "tfserving:ports",
} as const;

/** The tag that only an environment has. */
export const environmentTag = tags.expires;

export function tagsFor({ from, expires, ports }: Environment): Record<string, string> {
  return {
    [tags.from]: from,
    [tags.ports]: ports.length > 0 ? ports.join(" ") : "none",
    // Last: what has it can be swept.
    [tags.expires]: expires.toISOString(),
  };
}

/** What the tags of a stack say; undefined where it is no environment. */
export function environmentIn(found: Record<string, string>): Environment | undefined {
  const expires = found[tags.expires];
  return expires === undefined
    ? undefined
    : {
        from: found[tags.from] ?? "",
        expires: new Date(expires),
        ports: (found[tags.ports] ?? "").split(" ").map(Number).filter(Boolean),
      };
}

/** Whether an environment may be removed. One without a readable date never is. */
export function isExpired({ expires }: Pick<Environment, "expires">, now: Date): boolean {
  return expires.getTime() <= now.getTime();
}

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestDays = 365;

/**
 * Milliseconds of a time to live, such as 90m, 24h or 3d.
 *
 * @throws Failure where it is none
 */
export function lifetimeOf(ttl: string): number {
  const [, count, unit] = /^([1-9]\d*)([mhd])$/.exec(ttl) ?? [];
  const lifetime = Number(count) * units[unit];
  if (!(lifetime <= longestDays * units.d)) {
    throw new Failure(
      `"${ttl}" is no time to live.`,
      `use minutes, hours or days, such as 90m, 24h or 3d, and at most ${longestDays}d.`,
      2,
    );
  }
  return lifetime;
}

/** A point in time as messages have it: `2026-01-31 18:00 UTC`. */
export function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
