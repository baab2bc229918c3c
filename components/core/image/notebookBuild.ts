import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "protobufjs";
import { pack } from "tar-fs";
import { readText } from "../arguments/readText";
import { connect, findImage } from "../engine/engine";
import { followed, ProgressLine } from "../engine/engineProgress";
import { contentHash } from "./contentHash";
import { pipSettings } from "./pipSettings";

/** What a notebook image is made of. */
export interface NotebookRecipe {
  /** Jupyter image to build on, which the engine has. */
  baseImage: string;
  /** File of pip requirements. @default - none */
  requirementsFile?: string;
}

const folder = path.join(__dirname, "notebook");
const extensions = ["install.py", "extensions.txt"].map((name) => path.join(folder, name));
const dockerfile = path.join(folder, "Dockerfile");

/** The tag of a notebook image, which comes from what it is made of. */
export function notebookTag({ baseImage, requirementsFile }: NotebookRecipe): string {
  const texts = [...extensions, dockerfile].map((file) => [path.basename(file), file]);
  return contentHash(
    {},
    { baseImage },
    {
      ...Object.fromEntries(texts),
      ...(requirementsFile ? { requirements: requirementsFile } : {}),
    },
  );
}

/**
 * Builds a notebook image unless the engine has it. The extensions are left out where they alone
 * keep it from being built, as without an index of packages: a notebook without them is one too.
 *
 * @param name - with its tag
 * @returns why the extensions are left out; undefined where they are not, or the image was there
 * @throws RunError with what pip said, where the requirements cannot be installed
 */
export async function buildNotebook(
  host: string,
  name: string,
  recipe: NotebookRecipe,
): Promise<string | undefined> {
  if ((await findImage(host, name)) !== undefined) {
    return undefined;
  }
  try {
    await build(host, name, recipe, true);
    return undefined;
  } catch (withExtensions) {
    try {
      await build(host, name, recipe, false);
    } catch (error) {
      const { requirementsFile: file, baseImage } = recipe;
      throw new pulumi.RunError(
        `The notebook image could not be built on ${baseImage}${file ? ` with ${file}` : ""}: ` +
          `${(error as Error).message}. The notebook that runs is left as it is`,
      );
    }
    return (withExtensions as Error).message;
  }
}

async function build(
  host: string,
  name: string,
  { baseImage, requirementsFile }: NotebookRecipe,
  withExtensions: boolean,
): Promise<void> {
  const docker = connect(host, 0);
  const { Config } = await docker.getImage(baseImage).inspect();
  const { environment, files, isLocal } = pipSettings("/run/tfserving/pip");
  const context: Record<string, string> = {
    Dockerfile: readText(dockerfile),
    "pip/environment.json": JSON.stringify(environment),
  };
  for (const file of extensions) context[`extensions/${path.basename(file)}`] = readText(file);
  for (const [file, content] of Object.entries(files)) context[`pip/${file}`] = content;
  if (requirementsFile) context["requirements.txt"] = fs.readFileSync(requirementsFile, "utf8");
  const progress = await docker.buildImage(packed(context), {
    t: name,
    version: "2",
    platform: "linux/amd64",
    // Where pip's index or proxy is this machine.
    ...(isLocal ? { networkmode: "host" } : {}),
    buildargs: {
      BASE_IMAGE: baseImage,
      IMAGE_USER: Config.User || "0",
      EXTENSIONS: String(withExtensions),
    },
  });
  const { reason, lines } = await followed(docker, progress);
  if (reason !== undefined) {
    throw new pulumi.RunError(reasonIn(logOf(lines)) ?? reason);
  }
}

function packed(files: Record<string, string>): NodeJS.ReadableStream {
  return pack(folder, {
    entries: [],
    finalize: false,
    finish: (archive) => {
      Object.entries(files).forEach(([name, content]) => archive.entry({ name }, content));
      archive.finalize();
    },
  });
}

/** BuildKit's progress, as far as it is what the commands of a build print. */
const status = parse(
  `syntax = "proto3";
   message StatusResponse { repeated VertexLog logs = 3; }
   message VertexLog { bytes msg = 4; }`,
).root.lookupType("StatusResponse");

function logOf(lines: ProgressLine[]): string {
  return lines
    .filter(({ id }) => id === "moby.buildkit.trace")
    .map(({ aux }) => status.decode(Buffer.from(String(aux), "base64")))
    .flatMap((message) => (message as unknown as { logs: { msg: Uint8Array }[] }).logs)
    .map(({ msg }) => Buffer.from(msg).toString("utf8"))
    .join("");
}

/** pip's own lines about an error, else the last line of a log. */
function reasonIn(log: string): string | undefined {
  const lines = log.split(/\r?\n/).filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.startsWith("ERROR: "));
  const said = errors.length > 0 ? errors.slice(0, 3) : lines.slice(-1);
  return said.map((line) => line.replace(/^ERROR: /, "").trim()).join("; ") || undefined;
}
