// Versions are pinned in package.json, components/core/arguments/images.ts and airgap/images/names.json. What
// cannot be derived from them, since it is text or of another language, repeats them and agrees.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import names from "../../../airgap/images/names.json";
import { defaultImages } from "../../../components/core/arguments/images";
import { readSavedModel } from "../../../components/core/tfserving/savedModel";
import packageJson from "../../../package.json";
import { repository } from "../../support/stackConfig";

const versionOf = (image: string) => image.slice(image.lastIndexOf(":") + 1);
const tensorflow = versionOf(defaultImages.serving);
const { dependencies, devDependencies } = packageJson;

const tools = Object.fromEntries(
  fs
    .readFileSync(path.join(repository, "model/requirements-tools.txt"), "utf8")
    .split("\n")
    .filter((line) => line.includes("=="))
    .map((line) => line.split("==")),
) as Record<string, string>;

/** What repeats a version, the version, and files in which it is known to. */
const repeated: [RegExp, string, string[]][] = [
  [
    /(?:tensorflow(?:-cpu|-serving-api)?==|tfserving-airgap\/(?:tensorflow|serving):|\btensorflow\/serving:)(\d+\.\d+\.\d+)/g,
    tensorflow,
    [
      "Pulumi.yaml",
      "airgap/images/names.json",
      "airgap/images/tensorflow/requirements.in",
      "airgap/images/tensorflow/requirements.txt",
      "components/core/image/runtime/Dockerfile",
      "components/core/image/servingImageArgs.ts",
      "model/notebooks/client.ipynb",
      "model/notebooks/client.py",
      "model/notebooks/train_and_export.ipynb",
      "model/requirements.txt",
    ],
  ],
  [
    /\bhaproxy:(\d+\.\d+\.\d+)/g,
    versionOf(defaultImages.balancer),
    ["Pulumi.yaml", "components/core/serving/replicaArgs.ts"],
  ],
  [
    /\/tensorflow-notebook:([\w.-]*\w)/g,
    versionOf(defaultImages.notebook),
    ["Pulumi.yaml", "components/core/serving/notebook/notebookArgs.ts"],
  ],
  [
    /tfserving-airgap\/notebook:([\w.-]*\w)/g,
    versionOf(names.notebookImage),
    ["airgap/README.md", "airgap/images/names.json"],
  ],
  [
    /(?:github\.com\/pulumi\/pulumi\/(?:pkg|sdk)\/v3 v|Pulumi CLI )(\d+\.\d+\.\d+)(?!\/| h1)/g,
    devDependencies.pulumi,
    ["airgap/README.md", "airgap/toolchain/cli/go.mod"],
  ],
  [/"pulumi==(\d[\d.]*)"/g, devDependencies.pulumi, ["examples/python-package/pyproject.toml"]],
  ...["jupytext", "nbstripout"].map((name): [RegExp, string, string[]] => [
    new RegExp(`\\b${name}==(\\d[\\w.]*)`, "g"),
    tools[name],
    [".pre-commit-config.yaml", "model/requirements-tools.txt"],
  ]),
  ...Object.entries(dependencies)
    .filter(([name]) => name.startsWith("@pulumi/"))
    .map(([name, version]): [RegExp, string, string[]] => [
      new RegExp(`"${name}": "(\\d[^"]*)"`, "g"),
      version,
      ["package.json"],
    ]),
];

// Figures belong to the release that they were measured with, and states to the one that wrote them;
// unit tests name other releases on purpose.
const other =
  /^(docs\/benchmarks\.md|package-lock\.json|test\/(unit|support\/states|e2e\/aws)\/.*)$/;

const files = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" })
  .split("\0")
  .filter((file) => file !== "" && !other.test(file) && fs.existsSync(path.join(repository, file)))
  .map((file) => ({ file, text: fs.readFileSync(path.join(repository, file), "latin1") }));

it.each(repeated)("%s is everywhere the pinned one, %s", (pattern, version, known) => {
  const places = files.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].map((match) => ({ file, text: match[0], version: match[1] })),
  );
  expect(places.map(({ file }) => file)).toEqual(expect.arrayContaining(known));
  expect(places.filter((place) => place.version !== version)).toEqual([]);
});

it.each([
  ["airgap/toolchain/language-nodejs/main.go", "pulumi"],
  ["airgap/toolchain/language-python/main.go", "pulumi"],
  ["airgap/toolchain/docker/main.go", "@pulumi/docker"],
  ["airgap/toolchain/random/main.go", "@pulumi/random"],
  ["airgap/toolchain/tls/main.go", "@pulumi/tls"],
  ["test/e2e/aws/ecrImage/plugin/index.js", "@pulumi/aws"],
  ["test/e2e/aws/ecrImage/plugin/package.json", "@pulumi/aws"],
])("%s says the version of %s", (file, name) => {
  const text = fs.readFileSync(path.join(repository, file), "utf8");
  expect(text).toContain(`"${{ ...dependencies, ...devDependencies }[name]}"`);
});

// The sample is trained, served and called with one TensorFlow.
it.each([
  "model/classifier/my_model",
  "test/support/models/multiply",
  "test/unit/tfserving/testdata/scale",
])("TensorFlow's pinned version wrote the SavedModels of %s", (folder) => {
  const versions = fs.readdirSync(path.join(repository, folder));
  expect(versions).not.toEqual([]);
  for (const name of versions) {
    const { metaGraphs } = readSavedModel(path.join(repository, folder, name));
    expect(metaGraphs.map((graph) => graph.tensorflowVersion)).toEqual([tensorflow]);
  }
});
