import { Api } from "./api";
import type { Checked, Difference, Plain } from "../provider/provider";

/** Arguments of the provider that this one knows. */
const known = [
  "kubeconfig",
  "context",
  "cluster",
  "namespace",
  "clusterIdentifier",
  "deleteUnreachable",
  "enableConfigMapMutable",
  "enablePatchForce",
  "enableSecretMutable",
  "enableServerSideApply",
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "upsertExistingObjects",
  "version",
];

/** What the official provider could do, and this one cannot. */
const refused: Record<string, string> = {
  enableServerSideApply: "false",
  enablePatchForce: "true",
  upsertExistingObjects: "true",
};

export function checkSettings(inputs: Plain): Checked {
  const failures = Object.keys(inputs)
    .filter((key) => !key.startsWith("__"))
    .flatMap((property) => {
      if (!known.includes(property)) {
        return [{ property, reason: "the test provider does not know this property" }];
      }
      return String(inputs[property]) === refused[property]
        ? [{ property, reason: `the test provider cannot do ${refused[property]}` }]
        : [];
    });
  return { inputs, failures };
}

/** Another cluster has none of the objects: all of them are replaced. */
export async function diffSettings(olds: Plain, news: Plain): Promise<Difference> {
  const changed = known.filter((key) => olds[key] !== news[key]);
  const moved = changed.filter((key) => /^(kubeconfig|context|cluster)$/.test(key));
  if (moved.length === 0) {
    return { changed, replaces: [] };
  }
  const [before, after] = await Promise.all([serverOf(olds), serverOf(news)]);
  return { changed, replaces: before === after ? [] : moved };
}

/** Whether an argument, which travels as a text, says yes. */
export function isOn(inputs: Plain, name: string): boolean {
  return String(inputs[name]) === "true";
}

function serverOf(inputs: Plain): Promise<string | undefined> {
  return Api.of(inputs).then(
    ({ server }) => server,
    () => undefined,
  );
}
