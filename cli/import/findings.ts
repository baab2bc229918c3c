import type { Place, Trouble } from "./composeTree";

/** A line about a place of the compose file, or of a Dockerfile that it names. */
export interface Line {
  readonly place: Place;
  readonly text: string;
}

/** What an import has found so far. */
export interface Findings {
  /** Keys of the stack file; what is the default is not among them. */
  readonly settings: Record<string, unknown>;
  readonly taken: Line[];
  readonly left: Line[];
  readonly troubles: Trouble[];
  /** What works in another way than it did, without a line of its own. */
  readonly remarks: string[];
  /** What a key is where the stack file has none. */
  defaultOf(key: string): unknown;
  /** Sets a key, and says so. */
  take(place: Place, key: string, value: unknown, how?: string): void;
  /** Says what became of a place. */
  say(place: Place, text: string): void;
  /** Says why a place is not taken. */
  leave(place: Place, why: string): void;
  /** Says why nothing can be written. */
  refuse(place: Place, reason: string): void;
}

export function newFindings(defaultOf: (key: string) => unknown): Findings {
  const settings: Findings["settings"] = {};
  const [taken, left]: Line[][] = [[], []];
  const troubles: Trouble[] = [];
  return {
    ...{ settings, taken, left, troubles, remarks: [], defaultOf },
    take(place, key, value, how) {
      const isDefault = String(defaultOf(key) ?? "") === String(value);
      if (isDefault) {
        delete settings[key];
      } else {
        settings[key] = value;
      }
      const shown = `${key}: ${value === "" ? '""' : String(value)}`;
      const notes = [how, isDefault ? "the default" : undefined].filter(Boolean).join("; ");
      taken.push({ place, text: notes ? `${shown} (${notes})` : shown });
    },
    say: (place, text) => void taken.push({ place, text }),
    leave: (place, why) => void left.push({ place, text: why }),
    refuse: (place, reason) => void troubles.push({ place, reason }),
  };
}
