import type {
  DiagnosticEvent,
  EngineEvent,
  OpMap,
  OpType,
  PolicyEvent,
  StepEventMetadata,
} from "@pulumi/pulumi/automation";

interface Wording {
  readonly sign: string;
  /** While it is under way, and once it is done. */
  readonly words: [string, string];
  /** In a preview; absent for a step of a replacement, which is shown once. */
  readonly plan?: string;
  /** In the summary. */
  readonly sum: [string, string];
}

/** What Pulumi does to a resource, in its own words. Absent: nothing that anybody wants to see. */
const wordings: Partial<Record<OpType, Wording>> = {
  create: {
    ...{ sign: "+", words: ["creating", "created"], plan: "create" },
    sum: ["to create", "created"],
  },
  update: {
    ...{ sign: "~", words: ["updating", "updated"], plan: "update" },
    sum: ["to update", "updated"],
  },
  delete: {
    ...{ sign: "-", words: ["deleting", "deleted"], plan: "delete" },
    sum: ["to delete", "deleted"],
  },
  replace: {
    ...{ sign: "+-", words: ["replacing", "replaced"], plan: "replace" },
    sum: ["to replace", "replaced"],
  },
  "create-replacement": {
    ...{ sign: "++", words: ["creating replacement", "created replacement"] },
    sum: ["to create", "created"],
  },
  "delete-replaced": {
    ...{ sign: "--", words: ["deleting original", "deleted original"] },
    sum: ["to delete", "deleted"],
  },
  import: {
    ...{ sign: "=", words: ["importing", "imported"], plan: "import" },
    sum: ["to import", "imported"],
  },
  same: { sign: " ", words: ["", ""], sum: ["unchanged", "unchanged"] },
};

/** `Container serving-replica-1`, by a resource's type and URN. */
export function resourceName(type: string, urn: string): string {
  return `${type.slice(type.lastIndexOf(":") + 1)} ${urn.slice(urn.lastIndexOf("::") + 2)}`;
}

/** A line for what an update begins, or a preview finds; undefined where there is nothing to tell. */
export function startedLine({ resourcePreEvent }: EngineEvent): string | undefined {
  const { metadata, planning } = resourcePreEvent ?? {};
  const wording = metadata && wordings[metadata.op];
  if (!wording || isUnseen(metadata)) {
    return undefined;
  }
  const name = resourceName(metadata.type, metadata.urn);
  if (planning) {
    return wording.plan && `${wording.sign.padEnd(2)} ${name} ${wording.plan}${changed(metadata)}`;
  }
  // A replacement is told by its two steps.
  return metadata.op === "replace"
    ? undefined
    : `${wording.sign.padEnd(2)} ${name} ${wording.words[0]}`;
}

/** Providers are no part of what a stack runs. */
function isUnseen({ op, type }: StepEventMetadata): boolean {
  return op === "same" || type.startsWith("pulumi:providers:");
}

function changed({ diffs = [] }: StepEventMetadata): string {
  return diffs.length > 0 ? ` [${diffs.join(", ")}]` : "";
}

/** A line for what an update has done, or could not do. */
export function endedLine(event: EngineEvent, seconds?: number): string | undefined {
  const { resOutputsEvent, resOpFailedEvent } = event;
  const metadata = (resOutputsEvent ?? resOpFailedEvent)?.metadata;
  const wording = metadata && wordings[metadata.op];
  const planning = resOutputsEvent?.planning || metadata?.op === "replace";
  if (!wording || isUnseen(metadata) || planning) {
    return undefined;
  }
  const [doing, done] = wording.words;
  const took = seconds === undefined ? "" : ` (${seconds.toFixed(1)}s)`;
  const words = resOpFailedEvent ? `${doing} failed` : `${done}${took}`;
  return `${wording.sign.padEnd(2)} ${resourceName(metadata.type, metadata.urn)} ${words}`;
}

/** `+ 12 created, 3 unchanged`, in the order of `wordings`. */
export function summaryText(changes: OpMap, planning: boolean): string {
  const parts = Object.entries(wordings).flatMap(([op, { sign, sum }]) => {
    const count = changes[op as OpType] ?? 0;
    return count > 0 ? [`${sign} ${count} ${sum[planning ? 0 : 1]}`.trim()] : [];
  });
  return parts.join(", ");
}

/**
 * What a policy says of a resource: its sentence, then the resource, what is wrong with it and what to do.
 */
export function policyText({ enforcementLevel, policyName, message }: PolicyEvent): string {
  return `[${enforcementLevel}] ${policyName}: ${plainText(message).trim()}`;
}

/** What a diagnostic says, without Pulumi's marks for colours. */
export function diagnosticText({ prefix = "", message }: DiagnosticEvent): string {
  return plainText(`${prefix}${message}`);
}

function plainText(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "");
}
