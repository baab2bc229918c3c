import {
  checkServerOptions,
  type readServer,
  type ServerOptions,
} from "@tf-model-serving/core/facts";
import type { Findings } from "./findings";
import type { Placed, Service } from "./service";
import { splitWords } from "./variables";

/** A port inside the container. */
export function portOf(text: string | undefined, usual: number): number {
  return text && /^\d+$/.test(text) ? Number(text) : usual;
}

/** Flags of the server, and whether the entrypoint of TensorFlow Serving's image adds its own. */
export function flagsOf({ words, environment }: Service): { flags: Placed[]; own: boolean } {
  const valueOf = (_: string, name: string) => environment.get(name)?.value ?? "";
  const split = words.flatMap(({ value, place }) =>
    (/\s--|^tensorflow_model_server\s/.test(value) ? splitWords(value) : [value]).map((word) => ({
      value: word.replace(/\$\{?(\w+)\}?/g, valueOf),
      place,
    })),
  );
  return {
    flags: split.filter(({ value }) => value.startsWith("--")),
    own: !split.some(({ value }) => /(^|\/)tensorflow_model_server$/.test(value)),
  };
}

/** What is wrong with options is said where it stands, and left out. */
export function soundOptions(
  options: ServerOptions,
  flags: Placed[],
  read: ReturnType<typeof readServer>["arguments"],
  findings: Findings,
): ServerOptions {
  const problems = checkServerOptions(options, "server");
  const wrong = (field: string) =>
    problems.find(({ propertyPath }) => new RegExp(`^server\\.${field}\\b`).test(propertyPath));
  read.forEach(({ argument, field, reason }, index) => {
    const { place } = flags[index];
    const problem = field === undefined ? undefined : wrong(field);
    if (/^--model_(name|base_path)=|^--port=8500$|^--rest_api_port=8501$/.test(argument)) {
      findings.say(place, `read ${argument}`);
    } else if (field === undefined || problem) {
      const why = problem ? `${problem.propertyPath} ${problem.reason}` : reason;
      findings.leave(place, `${argument}: ${why}`);
    } else {
      findings.say(place, `server.${field} (${argument})`);
    }
  });
  return Object.fromEntries(
    Object.entries(options).filter(([field]) => field !== "models" && !wrong(field)),
  );
}
