import { monthlyCost, type PriceList } from "../../policy/monthlyCost";
import type { ModelSignature, Outputs } from "../targets/target";
import { lostRequests, type Serving } from "./lostRequests";
import { type NewLayer, sizeText } from "./newLayers";
import { notKnownYet, type Operation, type Planned } from "./planned";
import { signatureChanges, tensorsText } from "./signatureChanges";

/** What a summary is made from. */
export interface Previewed {
  readonly stack: string;
  readonly planned: Planned;
  readonly layers: readonly NewLayer[];
  readonly serving: Serving;
  readonly prices: PriceList;
  /** @default - the stack is not on AWS */
  readonly region?: string;
}

const mostNames = 20;

/** A preview for people who decide on it, as Markdown: what changes, what it costs, who notices. */
export function previewMarkdown(previewed: Previewed): string {
  const { stack, planned } = previewed;
  const changed = planned.changes.length > 0 || stable(planned.was) !== stable(planned.willBe);
  const policies =
    planned.policies.length > 0
      ? [["Policies say:", "", ...planned.policies.map((line) => `- ${line}`)].join("\n")]
      : [];
  const parts = changed
    ? [changesText(planned), releaseTable(previewed), signatureText(planned), ...noticed(previewed)]
    : ["No changes.", ...costText(previewed)];
  return `### Stack \`${stack}\`\n\n${[...parts, ...policies].filter(Boolean).join("\n\n")}\n`;
}

/** `3 created: `a`, `b`, `c``, for each operation. */
function changesText({ changes }: Planned): string {
  const done: [Operation, string][] = [
    ...([
      ["create", "created"],
      ["update", "changed"],
    ] as const),
    ...([
      ["replace", "replaced"],
      ["delete", "deleted"],
    ] as const),
  ].map(([operation, word]) => [operation, word]);
  const lines = done.flatMap(([operation, word]) => {
    const names = changes.filter((one) => one.operation === operation).map(({ name }) => name);
    const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
    const shown = names.slice(0, mostNames).map((name) => `\`${name}\``);
    return names.length > 0 ? [`- ${names.length} ${word}: ${shown.join(", ")}${more}`] : [];
  });
  return lines.join("\n") || "No resource changes, only what the stack tells.";
}

/** What serves, before and after. */
function releaseTable({ planned: { was, willBe } }: Previewed): string {
  const rows: [string, (outputs: Partial<Outputs>) => unknown][] = [
    ["image", ({ image }) => image],
    ["model version", ({ modelVersion }) => modelVersion],
    ["signature", ({ signature }) => signatureCell(signature)],
    ["replicas", ({ replicas }) => replicas],
    [
      "canary",
      ({ canaryVersion, canaryPercent }) => canaryVersion && `${canaryVersion}, ${canaryPercent} %`,
    ],
  ];
  const lines = rows
    .map(([what, of]) => [what, cell(was && of(was), "-"), cell(willBe && of(willBe), "-")])
    .filter(([, before, after]) => before !== "-" || after !== "-");
  return ["|  | before | after |", "| --- | --- | --- |", ...lines.map(row)].join("\n");
}

function signatureText({ was, willBe }: Planned): string {
  const [before, after] = [was?.signature, willBe?.signature];
  if (!isSignature(before) || !isSignature(after)) {
    return isSignature(before) && willBe
      ? "**The signature after is not known before the update**: look at the model yourself."
      : "";
  }
  const changes = signatureChanges(before, after);
  if (changes.length === 0) {
    return "The signature stays.";
  }
  const breaking = changes.some((change) => change.breaking);
  const heading = breaking
    ? "**Breaking: the signature changes, and clients of the one before will fail.**"
    : "The signature changes; clients of the one before still fit.";
  const lines = changes.map(({ text, breaking }) => `- ${breaking ? "**breaking**: " : ""}${text}`);
  return [heading, "", ...lines].join("\n");
}

/** What those notice who operate, use and pay for the service. */
function noticed(previewed: Previewed): string[] {
  const { planned, layers, serving } = previewed;
  const { none, reasons } = lostRequests(planned, serving);
  const lost = none ? "0" : "**some**";
  return [
    ...(layers.length > 0 ? [["New layers:", "", ...layers.map(layerLine)].join("\n")] : []),
    `Requests expected to be lost: ${lost}. ${sentences(reasons)}`,
    ...costText(previewed),
  ];
}

function layerLine({ image, bytes, on }: NewLayer): string {
  const size = bytes === undefined ? "a size that is known once it is fetched" : sizeText(bytes);
  return `- \`${image}\`: ${size}${on && ` on top of \`${on}\``}`;
}

/** By the month, on AWS only. */
function costText({ planned, prices, region }: Previewed): string[] {
  if (region === undefined) {
    return [];
  }
  const [before, after] = [planned.before, planned.after].map((all) => monthlyCost(all, prices));
  const money = (sum: number) => `${sum.toFixed(2)} ${prices.currency}`;
  const row = (what: string, of: "usual" | "most") =>
    `| ${what} | ${money(before[of])} | ${money(after[of])} |`;
  const day = prices.source.generated.slice(0, 10);
  const elsewhere =
    region === prices.region
      ? ""
      : ` **The price list has none of ${region}, where this stack is**: other regions cost more or less.`;
  return [
    [
      ...["| instances per month | before | after |", "| --- | --- | --- |"],
      ...[row("as many as it asks for", "usual"), row("as many as it may have", "most")],
    ].join("\n"),
    `Prices of ${prices.region} as of ${day}, on demand, ${after.instances.join("; ") || "no instances"}.` +
      elsewhere +
      " Spot costs less. Load balancers, volumes, endpoints and traffic come on top." +
      after.unpriced.map((one) => ` No price of ${one}.`).join(""),
  ];
}

function signatureCell(signature: unknown): string {
  return isSignature(signature)
    ? `${tensorsText(signature.inputs)} → ${tensorsText(signature.outputs)}`
    : "";
}

function isSignature(value: unknown): value is ModelSignature {
  return typeof value === "object" && value !== null && "inputs" in value;
}

function row(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A value of a table; a bar would end its cell. */
function cell(value: unknown, none: string): string {
  if (value === notKnownYet) {
    return "known after the update";
  }
  return value === undefined || value === "" ? none : `\`${String(value).replace(/\|/g, "\\|")}\``;
}

function sentences(reasons: readonly string[]): string {
  return reasons.map((reason) => `${reason[0].toUpperCase()}${reason.slice(1)}.`).join(" ");
}

function stable(outputs: unknown): string {
  return JSON.stringify(outputs) ?? "";
}
