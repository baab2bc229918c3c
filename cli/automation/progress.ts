import type { DiagnosticEvent, EngineEvent } from "@pulumi/pulumi/automation";
import { createSpinner, type Spinner } from "nanospinner";
import { coloursFor } from "../output/colour";
import {
  diagnosticText,
  endedLine,
  policyText,
  resourceName,
  startedLine,
  summaryText,
} from "./describeEvent";

/** Progress of an update or a preview. */
export interface Progress {
  onEvent: (event: EngineEvent) => void;
  /** Shows a text as it is. */
  write: (text: string) => void;
  /** Shows what was said about the resources, once all of it is known. */
  end: () => void;
}

/**
 * Shows an update on stderr while it goes on: a line for each step, and on a terminal one that tells
 * what is under way. What was said about the resources comes whole at the end.
 *
 * @param planOn - of a preview, where its lines go: stdout, where they are the command's result
 */
export function startProgress(planOn?: NodeJS.WriteStream): Progress {
  const out = planOn ?? process.stderr;
  const paint = coloursFor(out);
  const spinner = isWatched() ? createSpinner("", { stream: process.stderr }).start() : undefined;
  const begun = new Map<string, { name: string; at: number }>();
  const said = new Map<string, DiagnosticEvent[]>();
  const policies: string[] = [];
  const write = (text: string, stream: NodeJS.WriteStream = process.stderr) => {
    spinner?.clear();
    stream.write(text);
  };
  const line = (text: string) => write(`${colourOf(paint, text)(text)}\n`, out);

  const onEvent = (event: EngineEvent) => {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } =
      event;
    const ended = (resOutputsEvent ?? resOpFailedEvent)?.metadata;
    if (event.policyEvent) {
      policies.push(policyText(event.policyEvent));
    }
    if (resourcePreEvent) {
      const { type, urn } = resourcePreEvent.metadata;
      begun.set(urn, { name: resourceName(type, urn), at: Date.now() });
    }
    const seconds = ended && (Date.now() - (begun.get(ended.urn)?.at ?? Date.now())) / 1000;
    if (ended) {
      begun.delete(ended.urn);
    }
    const text = startedLine(event) ?? endedLine(event, seconds);
    if (text) {
      line(text);
    }
    if (diagnosticEvent && isForUsers(diagnosticEvent)) {
      const { urn = "", ephemeral } = diagnosticEvent;
      if (!ephemeral) {
        said.set(urn, [...(said.get(urn) ?? []), diagnosticEvent]);
      }
      showStatus(spinner, begun, diagnosticText(diagnosticEvent));
    } else {
      showStatus(spinner, begun);
    }
    if (summaryEvent) {
      const { resourceChanges, durationSeconds } = summaryEvent;
      write(`\nResources: ${summaryText(resourceChanges, planOn !== undefined)}\n`, out);
      write(`Duration: ${durationSeconds}s\n`);
    }
  };
  const end = () => {
    spinner?.stop().clear();
    if (policies.length > 0) {
      write("\nPolicies:\n");
      policies.forEach((text) => write(indented(text)));
    }
    for (const [urn, events] of said) {
      const about = urn ? resourceName(urn.split("::").at(-2) ?? "", urn) : "Pulumi";
      write(`\n${about}:\n`);
      events.forEach((event) => write(indented(diagnosticText(event))));
    }
  };
  return { onEvent, write, end };
}

/** The engine also tells what only those want to know who look for its mistakes. */
function isForUsers({ severity }: DiagnosticEvent): boolean {
  return ["info", "info#err", "warning", "error"].includes(severity);
}

/** Whether somebody looks at this terminal: CI systems have terminals too, and logs. */
function isWatched(): boolean {
  return Boolean(process.stderr.isTTY) && !process.env.CI;
}

/** What is under way, in a line that fits on the terminal. */
function showStatus(
  spinner: Spinner | undefined,
  begun: Map<string, { name: string }>,
  message = "",
): void {
  const names = [...begun.values()].map(({ name }) => name);
  const [line] = (message || names.slice(-3).join(", ")).split("\n");
  spinner?.update(line.slice(0, (process.stderr.columns ?? 80) - 4));
}

function indented(text: string): string {
  return `${text.replace(/\n+$/, "").replace(/^/gm, "    ")}\n`;
}

function colourOf(paint: ReturnType<typeof coloursFor>, line: string) {
  const byFirst: Record<string, (text: string) => string> = {
    ...{ "+": paint.green, "-": paint.red, "~": paint.yellow },
  };
  return / failed$/.test(line) ? paint.red : (byFirst[line[0]] ?? paint.reset);
}
