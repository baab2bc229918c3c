/** Values by name; a name that is not there is not set. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A text with its variables put in, and what is wrong with them. */
export interface Interpolated {
  readonly text: string;
  /** Names that are not set and have no default: they became empty, as Compose does it. */
  readonly unset: string[];
  /** What `${NAME:?text}` says of a name that is not set. */
  readonly missing: string[];
}

const reference = /\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-?+])((?:[^{}$]|\$\$|\$\w+|\$\{[^{}]*\})*))?\})/g;

/** Puts variables in as Compose does: `$NAME`, `${NAME}`, `${NAME:-default}`, `$$` for a `$`. */
export function interpolate(source: string, variables: Variables): Interpolated {
  const unset: string[] = [];
  const missing: string[] = [];
  const inner = (text: string) => {
    const result = interpolate(text, variables);
    unset.push(...result.unset);
    missing.push(...result.missing);
    return result.text;
  };
  const text = source.replace(reference, (_, dollar, bare, braced, operator = "", other = "") => {
    if (dollar) {
      return "$";
    }
    const name = (bare ?? braced) as string;
    const value = variables[name];
    const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
    switch (operator.slice(-1)) {
      case "+":
        return isSet ? inner(other) : "";
      case "-":
        return isSet ? value : inner(other);
      case "?":
        if (!isSet) {
          missing.push(`${name} is not set: ${inner(other) || "it has to be"}`);
        }
        return value ?? "";
      default:
        if (!isSet) {
          unset.push(name);
        }
        return value ?? "";
    }
  });
  return { text, unset, missing };
}

/** Variables of an `.env` file. */
export function readEnvFile(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const pairs = lines.flatMap((line) => {
    const [, name, value] = /^(?:export\s+)?(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    return name ? [[name, unquoted(value)]] : [];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

function unquoted(value: string): string {
  const [, , quoted] = /^(["'])(.*)\1/.exec(value) ?? [];
  return quoted ?? value.replace(/\s+#.*$/, "");
}

/** Words of a command line, as a shell takes them. */
export function splitWords(text: string): string[] {
  return (text.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []).map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  );
}
