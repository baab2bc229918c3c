import { clientOf } from "./clientOf";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { ListFileEntry } from "@huggingface/hub";
import { ask } from "./ask";
import { revisionOf } from "./revisionOf";
import type { RemoteFile, SourceKind } from "./source";

type Hub = typeof import("@huggingface/hub");

const form = "hf://ORGANISATION/REPOSITORY[/PATH][@REVISION]";
const pattern = /^hf:\/\/([\w.-]+\/[\w.-]+)((?:\/[^/@]+)*)\/?(?:@(.+))?$/;

/**
 * A model repository of Hugging Face's hub, or a folder of one, at a branch, tag or commit; "main"
 * without one. Hub and login are those of Hugging Face's own tools: HF_ENDPOINT; HF_TOKEN, or the file
 * that `hf auth login` has written.
 *
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export const hf: SourceKind = {
  prefix: "hf://",
  form,
  check: (source) => (pattern.test(source) ? [] : [`use ${form}`]),
  async resolve(source) {
    const [, name, below, wanted = "main"] = pattern.exec(source)!;
    const hub = await clientOf("@huggingface/hub", () => import("@huggingface/hub"));
    const access = accessOf(process.env);
    try {
      const { sha } = await hub.modelInfo({
        ...access,
        name,
        revision: wanted,
        additionalFields: ["sha"],
      });
      const place = { ...access, repo: name, revision: sha };
      const folder = below.slice(1);
      const listed: ListFileEntry[] = [];
      const question = { ...place, path: folder, recursive: true, expand: true };
      for await (const entry of hub.listFiles(question)) {
        listed.push(...(entry.type === "file" ? [entry] : []));
      }
      const files = listed.map((entry) => fileOf(hub, place, folder, entry));
      const times = listed.map(({ lastCommit }) => Date.parse(lastCommit?.date ?? "") || 0);
      return {
        source: `hf://${name}${below}@${sha}`,
        // A commit that leaves these files as they were changes neither.
        revision: revisionOf(files),
        changed: new Date(Math.max(...times)),
        content: { files },
      };
    } catch (error) {
      throw new Error(reasonOf(error as Error, access, `${name}${below}`, wanted));
    }
  },
};

interface Access {
  hubUrl: string;
  accessToken?: string;
  fetch: typeof fetch;
}

function accessOf(env: NodeJS.ProcessEnv): Access {
  const hubUrl = (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  const caches = env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  const home = env.HF_HOME || path.join(caches, "huggingface");
  const file = env.HF_TOKEN_PATH || path.join(home, "token");
  const kept = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "";
  const accessToken = env.HF_TOKEN || kept || undefined;
  const asked = (url: string, init: object) => ask(`the hub ${hubUrl}`, url, init);
  return { hubUrl, accessToken, fetch: asked as unknown as typeof fetch };
}

/** Of a file that git keeps itself the hub tells no digest that fits; its size is checked. */
function fileOf(
  { downloadFile }: Hub,
  place: Access & { repo: string; revision: string },
  folder: string,
  { path: whole, size, oid, lfs }: ListFileEntry,
): RemoteFile {
  return {
    path: folder ? whole.slice(folder.length + 1) : whole,
    size: lfs?.size ?? size,
    revision: lfs?.oid ?? oid,
    ...(lfs && { digest: { algorithm: "sha256", hex: lfs.oid } }),
    async open(from) {
      const blob = await downloadFile({ ...place, path: whole });
      if (!blob) {
        throw new Error(`the hub has no ${whole} any more: run again to fetch what is there now`);
      }
      const body = blob.slice(from, blob.size).stream() as ReadableStream;
      return { from, body: Readable.fromWeb(body) };
    },
  };
}

function reasonOf(error: Error, access: Access, name: string, revision: string): string {
  const status = (error as Error & { statusCode?: number }).statusCode;
  if (status === 401 || status === 403) {
    return access.accessToken
      ? `${access.hubUrl} has no ${name}, or refuses the login: accept its terms there, or hf auth login`
      : `${access.hubUrl} has no ${name} for everybody: hf auth login, or set HF_TOKEN`;
  }
  if (status === 404) {
    return `${access.hubUrl} has no ${name} at ${revision}: correct the path or the revision`;
  }
  return error.message;
}
