import type { Failure, LoadResult } from "./load";

const says = ["the service is full", "no replica is ready in time"];
const restRefusals = says.map((text) => `HTTP 503: {"error":"${text}"}`);
const grpcRefusals = says.map((text) => `UNAVAILABLE: ${text}`);

/** What callers are told while the service is full. */
export const refusalsOf = { rest: restRefusals, grpc: grpcRefusals };

/** Calls that failed and were not refused: the service accepted them and lost them. */
export function lostCalls({ failures }: LoadResult): Failure[] {
  const refused = [...restRefusals, ...grpcRefusals];
  return failures.filter(({ reason }) => !refused.includes(reason));
}
