import { codeOf, messageOf } from "@tf-model-serving/kubernetes/facts";
import { Failure } from "../../output/failure";
import { type LogSource, streamedLines } from "../logLines";
import type { LogRequest } from "../target";
import type { Cluster } from "./cluster";
import type { Pod } from "./pods";

/** What a pod's main container says. */
export function podLog({ core, library, config }: Cluster, namespace: string, pod: Pod): LogSource {
  const { name, part, id, container } = pod;
  const tailOf = ({ tail, sinceSeconds }: LogRequest) => ({
    ...(tail === "all" ? {} : { tailLines: Number(tail) }),
    ...(sinceSeconds ? { sinceSeconds } : {}),
  });
  const followed = (request: LogRequest) =>
    streamedLines(async (into) => {
      const log = new library.Log(config);
      const options = { follow: true, timestamps: true, ...tailOf(request) };
      try {
        await log.log(namespace, name, container, into, options);
      } catch (error) {
        into.end(saidNothing(error));
      }
    });
  async function* read(request: LogRequest) {
    const text = await core
      .readNamespacedPodLog({ namespace, name, container, timestamps: true, ...tailOf(request) })
      .catch(saidNothing);
    yield* text.split("\n").filter(Boolean);
  }
  return {
    name: `${part} ${id}`,
    lines: (request) => (request.follow ? followed(request) : read(request)),
  };
}

/** A container that has not started yet, which the API answers with 400, has said nothing. */
function saidNothing(error: unknown): string {
  const code = codeOf(error);
  if (code === 400 || code === 404) {
    return "";
  }
  throw new Failure(
    `The logs cannot be read: ${code === 403 ? "403 Forbidden" : messageOf(error)}.`,
    "reading them takes the permission to get pods/log in the namespace.",
  );
}
