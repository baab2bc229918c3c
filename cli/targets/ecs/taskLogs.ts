import type { LogSource } from "../logLines";
import type { LogRequest } from "../target";
import type { Aws } from "./aws";
import type { EcsTask } from "./tasks";

/** CloudWatch gives no more lines at once. */
const mostLines = 10_000;
const pollMs = 2_000;

/** What a task says, as CloudWatch has it. */
export function taskLog({ logs }: Pick<Aws, "logs">, task: EcsTask): LogSource {
  return {
    name: `${task.part} ${task.id}`,
    lines: (request) => lines({ logs }, task, request),
  };
}

async function* lines(
  { logs }: Pick<Aws, "logs">,
  { log }: EcsTask,
  { tail, follow }: LogRequest,
): AsyncGenerator<string> {
  const stream = { logGroupName: log?.group ?? "", logStreamName: log?.stream ?? "" };
  const wanted =
    tail === "all"
      ? { startFromHead: true }
      : { startFromHead: false, limit: Math.min(Math.max(Number(tail), 1), mostLines) };
  let nextToken: string | undefined;
  for (;;) {
    const request = nextToken ? { startFromHead: true, nextToken } : wanted;
    const page = await logs.getLogEvents({ ...stream, ...request }).catch(saidNothing);
    const events = page.events ?? [];
    const shown = !nextToken && tail === "0" ? [] : events;
    yield* shown.map(
      ({ timestamp = 0, message = "" }) => `${time(timestamp)} ${message.trimEnd()}`,
    );
    const isEnd = nextToken === page.nextForwardToken;
    nextToken = page.nextForwardToken;
    if (!follow && (isEnd || tail !== "all" || !nextToken)) {
      return;
    }
    if (isEnd || !nextToken) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

/** A task that has not written anything has no stream yet. */
function saidNothing(error: Error): { events?: undefined; nextForwardToken?: undefined } {
  if (error.name === "ResourceNotFoundException") {
    return {};
  }
  throw error;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
