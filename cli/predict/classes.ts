import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** A class of a model's answer. */
export interface Class {
  readonly index: number;
  /** Where the model has names for its classes. */
  readonly name?: string;
  readonly score: number;
}

/** The classes with the highest scores, best first. What is no number has no place among them. */
export function topClasses(scores: number[], count: number, names: string[] = []): Class[] {
  // Names of another model say nothing about this one.
  const known = names.length === scores.length ? names : [];
  return scores
    .map((score, index) => ({ index, name: known[index], score }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}

/** The best class in a line, as the tutorial's notebook prints it. */
export function predictionLine({ index, name = `number ${index}`, score }: Class): string {
  const measure = score >= 0 && score <= 1 ? "confidence level" : "score";
  return `predicted class= ${name} with ${measure} of ${score.toFixed(2)}`;
}

/**
 * The names of a model's classes in the order of its output: the lines of `class_names.txt` beside
 * its folder; none where there is no such file.
 *
 * @param modelFolder - absolute
 */
export function classNames(modelFolder: string): string[] {
  const file = path.join(modelFolder, "..", "class_names.txt");
  return existsSync(file) ? readFileSync(file, "utf8").split(/\r?\n/).filter(Boolean) : [];
}
