const mark = "\u0000";

/**
 * Reads an answer of TensorFlow Serving, which writes NaN, Infinity and -Infinity although JSON has
 * none of them.
 *
 * @see https://github.com/tensorflow/serving/blob/master/tensorflow_serving/util/json_tensor.cc
 */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
      found.startsWith('"') ? found : `"\\u0000${found}"`,
    );
    return JSON.parse(quoted, (_, value) =>
      typeof value === "string" && value.startsWith(mark) ? Number(value.slice(1)) : value,
    );
  }
}

/** The text of an error: those of TensorFlow Serving are JSON, those of balancers are not. */
export function errorIn(text: string): string {
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    const words = text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
    return words.trim() || "an empty answer";
  }
}

/**
 * The scores of an answer: its only vector, be it the answer itself or one of its named outputs;
 * undefined where the answer is of another kind.
 */
export function scoresIn(answer: unknown): number[] | undefined {
  if (isVector(answer)) {
    return answer;
  }
  const named = typeof answer === "object" && answer !== null ? Object.values(answer) : [];
  const vectors = Array.isArray(answer) ? [] : named.filter(isVector);
  return vectors.length === 1 ? vectors[0] : undefined;
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === "number");
}
