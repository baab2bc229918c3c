import { isPublished, tensorflowOf } from "./baseImage";
import { type ServerOperations, serverOperations } from "./graphOperations";
import type { ModelVersion } from "./modelFolder";
import { quoted } from "./versionFolders";

/** What is wrong with graphs for a server. */
export interface CheckedGraphs {
  /** What no server of that version loads. */
  reasons: string[];
  /** What a server of that version only loads if it was built otherwise than usual. */
  warnings: string[];
}

/**
 * Finds graphs that the server in an image refuses: those of a TensorFlow that says so itself, and
 * those with operations that the server does not have. An image under another name than TensorFlow
 * Serving's own may have been built with more of them, so that they are a warning.
 *
 * Nothing is said of an image whose TensorFlow is not known.
 *
 * Source: CheckVersions in tensorflow/core/framework/versions.cc, "Op type not registered" in
 * tensorflow/core/framework/op.cc.
 */
export function checkGraphs(baseImage: string, versions: ModelVersion[]): CheckedGraphs {
  const tensorflow = tensorflowOf(baseImage)?.join(".") ?? "";
  const server = serverOperations().get(tensorflow);
  if (server === undefined) {
    return { reasons: [], warnings: [] };
  }
  const missing = versions.flatMap((version) => missingOperations(version, tensorflow, server));
  const tooNew = versions.flatMap((version) => refusedByVersion(version, tensorflow, server));
  return isPublished(baseImage)
    ? { reasons: [...tooNew, ...missing], warnings: [] }
    : { reasons: tooNew, warnings: missing };
}

function refusedByVersion(
  { folder, minConsumer, tensorflowVersion }: ModelVersion,
  tensorflow: string,
  { graphVersion }: ServerOperations,
): string[] {
  return minConsumer > graphVersion
    ? [
        `the graph of "${folder}" asks for a TensorFlow of graph version ${minConsumer}, and ${tensorflow} has ` +
          `${graphVersion}: export it with TensorFlow ${tensorflow}, or use an image of ` +
          `${firstWith((server) => server.graphVersion >= minConsumer) ?? tensorflowVersion ?? "a newer version"}`,
      ]
    : [];
}

function missingOperations(
  { folder, operations }: ModelVersion,
  tensorflow: string,
  server: ServerOperations,
): string[] {
  const missing = operations.filter((name) => !server.operations.has(name));
  if (missing.length === 0) {
    return [];
  }
  const other = firstWith((one) => missing.every((name) => one.operations.has(name)));
  return [
    `TensorFlow Serving ${tensorflow} has no ${missing.length > 1 ? "operations" : "operation"} ` +
      `${quoted(missing)}, which "${folder}" needs: ` +
      (other === undefined
        ? "export it without, or build an image of TensorFlow Serving that has more under a name of its own"
        : `export it with TensorFlow ${tensorflow}, or use an image of ${other}`),
  ];
}

/** The oldest version of TensorFlow Serving that has what is needed. */
function firstWith(isEnough: (server: ServerOperations) => boolean): string | undefined {
  return [...serverOperations()].find(([, server]) => isEnough(server))?.[0];
}
