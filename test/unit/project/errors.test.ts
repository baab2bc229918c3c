// Pulumi shows the message of a RunError alone, and a stack trace with any other error.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { repository } from "../../support/stackConfig";

/** Files that throw other errors, each with why no user meets them bare. */
const others: Record<string, string> = {
  "components/core/engine/dockerContext.ts":
    "It knows no Pulumi; componentEngine.ts and the program's look-up of the engine catch it.",
  "components/core/engine/engineClient.ts":
    "It knows no Pulumi; the program's look-up of the engine catches it, and a hook shows its message alone.",
  "components/core/engine/registryLogin.ts":
    "It knows no Pulumi; whoever fetches a model catches it.",
  "components/core/engine/sshAgent.ts": "It ends a connection; whoever asks the engine catches it.",
  "components/core/evaluation/": "ModelEvaluation and its check catch what they throw.",
  "components/core/modelSource/": "It knows no program; whoever fetches a model catches it.",
  "components/core/serving/balancer/quote.ts":
    "The checks of arguments refuse what it cannot quote.",
  "components/core/tfserving/pictures.ts":
    "It knows no Pulumi; the npm commands and the check of an evaluation catch it.",
  "components/core/tfserving/readModelConfigs.ts":
    "It knows no Pulumi; readServer.ts makes a reason of it.",
  "components/core/tfserving/savedModel.ts":
    "It knows no Pulumi; the checks of a model's version make a problem of it.",
  "components/kubernetes/cluster/connectCluster.ts":
    "It is an answer's code; whoever asks the API server catches it.",
  "program/issuerKeys.ts": "It makes a reason of what it throws.",
};

it("what components and program throw has no stack trace", () => {
  const files = execFileSync("git", ["ls-files", "-z", "components", "program"], {
    cwd: repository,
    encoding: "utf8",
  }).split("\0");
  const plain = files.filter(
    (file) =>
      file.endsWith(".ts") &&
      fs.existsSync(path.join(repository, file)) &&
      /\bnew Error\(/.test(fs.readFileSync(path.join(repository, file), "utf8")),
  );
  const folders = Object.keys(others).filter((name) => name.endsWith("/"));
  const named = new Set(plain.map((file) => folders.find((one) => file.startsWith(one)) ?? file));
  expect([...named]).toEqual(Object.keys(others));
});
