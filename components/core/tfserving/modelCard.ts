import * as fs from "node:fs";
import * as path from "node:path";

import { z } from "zod";
import { problemsOf, recordOf, textLike, valueWhere } from "../arguments/schema";

/**
 * What a version's own `assets.extra/model_card.json` tells of it, as far as it is shown. Every field
 * may be missing; others that the file has are for other readers.
 */
export interface ModelCard {
  /** Commit of the code that trained the model. */
  commit?: string;
  /** Files of that code that differed from the commit. @default - none is on record */
  changed?: string[];
  /** Hash of the training data, such as `md5:...dir` of DVC. */
  dataHash?: string;
  /** Hash of the parameters of the training. */
  paramsHash?: string;
  /** Version of the TensorFlow that trained it. */
  tensorflow?: string;
  /** When, RFC 3339. */
  trainedAt?: string;
  /** Who trained it, a name or an address. */
  trainedBy?: string;
  /** When the SavedModel was written, RFC 3339. */
  exportedAt?: string;
  /** What it reached on held-out data, by name, such as `accuracy`. */
  metrics?: Record<string, number>;
}

const cardFile = path.join("assets.extra", "model_card.json");
const largestCard = 64 * 1024;
const longest = 200;

// A card comes from wherever the model does, and is printed on terminals.
const line = textLike(/^\P{C}{1,200}$/u, `use a line of 1 to ${longest} characters`).optional();
const number = valueWhere<number>((value) => Number.isFinite(value), "use a number");

const schema = z.object({
  commit: line,
  changed: z.array(line, { error: "has to be a list" }).max(longest).optional(),
  dataHash: line,
  paramsHash: line,
  tensorflow: line,
  trainedAt: line,
  trainedBy: line,
  exportedAt: line,
  metrics: recordOf(number).optional(),
} satisfies Record<keyof Required<ModelCard>, z.ZodType>);

/**
 * Reads the card of a version. One that cannot be read is no reason to refuse the model: a note says
 * what is wrong with it, and nothing of it is shown.
 */
export function readModelCard(folder: string): { card?: ModelCard; notes: string[] } {
  const file = path.join(folder, cardFile);
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (!stats) {
    return { notes: [] };
  }
  const pass = (why: string) => ({
    notes: [
      `"${file}" is passed over, it ${why}: docs/versioning.md has the fields of a model card.`,
    ],
  });
  if (!stats.isFile() || stats.size > largestCard) {
    return pass(
      stats.isFile() ? `has ${stats.size} bytes, more than ${largestCard}` : "is no file",
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return pass("is no JSON");
  }
  const problems = problemsOf(schema, content, "card");
  return problems.length > 0
    ? pass(`says ${problems.map((one) => `${one.propertyPath} ${one.reason}`).join("; ")}`)
    : { card: schema.parse(content) as ModelCard, notes: [] };
}

/** The numbers of a card: `accuracy 0.9701, pictures 1370`. Empty where it has none. */
export function metricsText({ metrics = {} }: ModelCard): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

/** A card in a line: its numbers, then what the model was made from. */
export function cardText(card: ModelCard): string {
  const { commit, changed = [], dataHash, trainedAt, trainedBy } = card;
  const edited = changed.length > 0 ? ` with changes in ${changed.join(", ")}` : "";
  return (
    [
      metricsText(card),
      commit && `code ${commit.slice(0, 12)}${edited}`,
      dataHash && `data ${dataHash}`,
      trainedAt && `trained ${trainedAt}`,
      trainedBy && `by ${trainedBy}`,
    ]
      .filter(Boolean)
      .join("; ") || "says nothing of what is shown here"
  );
}
