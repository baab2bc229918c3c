import type { EngineEvent } from "@pulumi/pulumi/automation";

/** What an operation does, as `<operation> <type> <name>`, without what stays the same. */
export function stepsIn(events: EngineEvent[]): string[] {
  return events.flatMap(({ resourcePreEvent }) => {
    const { op, type, urn } = resourcePreEvent?.metadata ?? {};
    return !op || op === "same" || op === "read" || type === "pulumi:pulumi:Stack"
      ? []
      : [`${op} ${type} ${urn!.split("::").pop()}`];
  });
}

/** The errors that an operation reported, as a person sees them. */
export function errorsIn(events: EngineEvent[]): string[] {
  return events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : [],
  );
}
