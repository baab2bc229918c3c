import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { root } from "../../cli/setup/folders";
import { planServingImage } from "@tf-model-serving/core";
import { buildFiles } from "../../components/core/image/buildFiles";
import { modelDockerfile, runtimeFolder } from "../../components/core/image/imageTag";
import { runtimeBuild, runtimeRepository } from "../../components/core/image/runtimeImage";
import { createStack } from "./stack";

/** A stack as an earlier version of this repository left it: `pulumi stack export`, and its configuration. */
interface RecordedStack {
  config: Record<string, unknown>;
  secrets_providers: object;
  resources: { inputs?: RecordedImage; outputs?: RecordedImage }[];
}

interface RecordedImage {
  name?: string;
  build?: { buildArgs: Record<string, string> };
}

/** What a preview plans to do with the resources of a recorded stack, as `<operation> <type> <name>`. */
export interface Upgrade {
  /** Resources that would go, be replaced or get another address. */
  lost: string[];
  /** Changes in place, with the properties that change, and what is new. */
  changed: string[];
}

const source = path.join(root, "test/unit/tfserving/testdata/scale/1");

/**
 * Previews a recorded stack with today's program, without a refresh: none of its resources exists.
 *
 * @param name - of the file in test/support/states
 * @param values - of what the record leaves open, such as the address of a Docker Engine, by placeholder
 */
export async function previewRecorded(
  name: string,
  values: Record<string, string> = {},
  env: Record<string, string> = {},
  prepare: (recorded: string) => Promise<string> = async (recorded) => recorded,
): Promise<Upgrade> {
  const folder = recordedFolder();
  const open = { folder, password: "secret", ...values };
  const file = path.join(root, "test/support/states", `${name}.json`);
  const text = Object.entries(open).reduce(
    (filled, [placeholder, value]) => filled.replaceAll(`{{${placeholder}}}`, value),
    fs.readFileSync(file, "utf8"),
  );
  const { config, ...deployment } = JSON.parse(
    await prepare(withTodaysTags(withTodaysPaths(text))),
  ) as RecordedStack;
  const stack = await createStack(`upgrade-${name.split("-")[0]}`, config, root, env);
  try {
    const manifest = { time: new Date(0).toISOString(), magic: "", version: "" };
    await stack.stack.importStack({ version: 3, deployment: { manifest, ...deployment } });
    const events: EngineEvent[] = [];
    await stack.stack.preview({ onEvent: (event) => void events.push(event), diff: true });
    return upgradeIn(events);
  } finally {
    stack.forget();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The tags of images, which come from their content, are today's. Another supervisor makes a release,
 * as it should: what is asked here is what else would happen.
 */
function withTodaysTags(recorded: string): string {
  const { config, resources } = JSON.parse(recorded) as RecordedStack;
  const { baseImage, modelFolder, modelName } = config as Record<string, string>;
  const tagged = resources.reduce((text, { inputs }) => {
    const { name, build } = inputs ?? {};
    if (!build) return text;
    const modelVersion = build.buildArgs.VERSION_PATH?.split("/").pop();
    const tag = modelVersion
      ? planServingImage({ baseImage, modelFolder, modelName, modelVersion }).tag
      : tagOf(runtimeBuild(baseImage, runtimeRepository).name);
    return text.replaceAll(tagOf(name!), tag);
  }, recorded);
  return withReleases(tagged);
}

/** An image of a model knows its own tag. */
function withReleases(recorded: string): string {
  const stack = JSON.parse(recorded) as RecordedStack;
  for (const { inputs, outputs } of stack.resources) {
    for (const one of [inputs, outputs]) {
      const args = one?.build?.buildArgs;
      if (args?.VERSION_PATH) args.RELEASE = tagOf(inputs!.name!);
    }
  }
  return JSON.stringify(stack);
}

/**
 * Where the files lie that images are built from. Another path replaces an image in the state: it is
 * built from the engine's cache, has the id that it had, and stays on the host.
 */
function withTodaysPaths(recorded: string): string {
  const today = (source: string) =>
    path.relative(root, buildFiles(source)).replaceAll(path.sep, "/");
  return recorded
    .replaceAll("components/image/runtime", today(runtimeFolder))
    .replaceAll("components/image/model.Dockerfile", `${today(modelDockerfile)}/model.Dockerfile`);
}

function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(":") + 1);
}

/** What a recorded stack was made from: two versions of a model, notebooks and their data. */
function recordedFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-recorded-"));
  for (const version of ["1", "2"]) {
    const model = path.join(folder, "models/scale", version);
    fs.cpSync(source, model, { recursive: true });
    fs.mkdirSync(path.join(model, "assets.extra"));
    fs.writeFileSync(path.join(model, "assets.extra/note.txt"), version);
  }
  fs.mkdirSync(path.join(folder, "notebooks"));
  fs.writeFileSync(path.join(folder, "notebooks/a.ipynb"), "{}");
  fs.mkdirSync(path.join(folder, "data"));
  fs.writeFileSync(path.join(folder, "data/pictures.txt"), "none");
  if (process.getuid?.() === 0) fs.chownSync(path.join(folder, "notebooks"), 1000, 1000);
  return folder;
}

function upgradeIn(events: EngineEvent[]): Upgrade {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const taken = steps.filter(
    ({ op, type }) => op !== "same" && op !== "read" && type !== "pulumi:pulumi:Stack",
  );
  const asked = taken.filter(
    (step) => ![restarted, reconfigured].some((known) => known.test(describe(step))),
  );
  const isChange = ({ op }: StepEventMetadata) => op === "update" || op === "create";
  return {
    lost: asked.filter((step) => !isChange(step)).map(describe),
    changed: asked.filter(isChange).map(describe).sort(),
  };
}

/** A notebook starts anew, with another image and environment. Its files, token and port are asked for. */
const restarted = new RegExp(
  "^[a-z-]+ (docker:index/(container:Container|service:Service|remoteImage:RemoteImage)" +
    "|aws:ecs/(taskDefinition:TaskDefinition|service:Service)" +
    "|kubernetes:apps/v1:StatefulSet|tfserving:index:NotebookImage) notebook(-base)?( |$)",
);

/**
 * A balancer gets another configuration, in other files, and another script: on Docker its container
 * starts anew, which takes some seconds (docs/upgrading.md).
 */
const reconfigured = new RegExp(
  "^[a-z-]+ (docker:index/(container:Container|service:Service|serviceConfig:ServiceConfig|volume:Volume)" +
    "|kubernetes:(core/v1:ConfigMap|apps/v1:Deployment)) serving-balancer(-config|-files|-release-lua)?( |$)",
);

function describe({ op, type, urn, detailedDiff, diffs }: StepEventMetadata): string {
  const properties = Object.keys(detailedDiff ?? {});
  const named = properties.length > 0 ? properties : (diffs ?? []);
  return [`${op} ${type} ${urn.split("::").pop()}`, ...named.sort()].join(" ");
}
