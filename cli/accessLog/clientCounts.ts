import { renderTable } from "../output/table";
import { callerIn, type Entry, isGood } from "./entry";

/** How far back requests are counted, and how many lines of each balancer at most. */
export const counted = { seconds: 15 * 60, lines: 20_000 };

const shown = 20;

/** What one client has asked. */
export interface ClientCount {
  readonly client: string;
  readonly requests: number;
  /** Of these, those that were let through and failed. */
  readonly errors: number;
  /** Of these, those that the balancer did not let through. */
  readonly refused: number;
  /** Of those that were let through, 50 and 99 % took no longer. @default - there are none */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** What the clients of a service have asked lately. */
export interface ClientCounts {
  /** Time of the oldest request that is counted. */
  readonly since: string;
  /** Whether only a share of the requests that were answered well was written down. */
  readonly estimated: boolean;
  /** Those with the most requests first. */
  readonly clients: ClientCount[];
}

/** Counts requests by client; undefined where there are none. */
export function countByClient(entries: Entry[]): ClientCounts | undefined {
  if (entries.length === 0) {
    return undefined;
  }
  const byClient = new Map<string, Entry[]>();
  for (const entry of entries) {
    const client = callerIn(entry);
    byClient
      .set(client, byClient.get(client) ?? [])
      .get(client)
      ?.push(entry);
  }
  return {
    since: entries.map(({ time }) => time).reduce((a, b) => (a < b ? a : b)),
    estimated: entries.some(({ sample }) => sample < 1),
    clients: [...byClient]
      .map(([client, asked]) => countOf(client, asked))
      .sort((a, b) => b.requests - a.requests),
  };
}

function countOf(client: string, entries: Entry[]): ClientCount {
  const sum = (some: Entry[]) => Math.round(some.reduce((all, one) => all + weight(one), 0));
  const refused = entries.filter(({ refusal }) => refusal !== "");
  const through = entries.filter(({ refusal }) => refusal === "");
  const times = through
    .map((entry) => ({ ms: entry.totalMs, weight: weight(entry) }))
    .sort((a, b) => a.ms - b.ms);
  return {
    client,
    requests: sum(entries),
    errors: sum(through.filter((entry) => !isGood(entry))),
    refused: sum(refused),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
  };
}

/** How many requests stand behind a line. */
function weight(entry: Entry): number {
  return isGood(entry) && entry.sample > 0 ? 1 / entry.sample : 1;
}

function quantile(sorted: { ms: number; weight: number }[], share: number): number | undefined {
  const wanted = share * sorted.reduce((all, { weight }) => all + weight, 0);
  let passed = 0;
  return sorted.find(({ weight }) => (passed += weight) >= wanted)?.ms;
}

/** The counts for people, a line for each client, as far as a screen takes them. */
export function countLines({ clients }: ClientCounts): string[] {
  const ms = (time: number | undefined) => (time === undefined ? "-" : `${time} ms`);
  const lines = renderTable(
    ["CLIENT", "REQUESTS", "ERRORS", "REFUSED", "P50", "P99"],
    clients
      .slice(0, shown)
      .map(({ client, requests, errors, refused, p50Ms, p99Ms }) => [
        ...[client, String(requests), String(errors), String(refused), ms(p50Ms), ms(p99Ms)],
      ]),
  );
  const more = clients.length - shown;
  return more > 0 ? [...lines, `... and ${more} more: --json has all`] : lines;
}
