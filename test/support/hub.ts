import { createHash } from "node:crypto";
import * as http from "node:http";
import { AddressInfo } from "node:net";

/** A hub with one model repository. */
export interface Hub {
  address: string;
  /** Requests for the content of files, with the bytes that they asked for. */
  reads: string[];
  stop(): void;
}

/** What a repository holds. */
export interface HubRepository {
  name: string;
  commit: string;
  /** Who may read. @default - everybody */
  token?: string;
  /** Contents by path; those that end with .pb are kept by LFS. */
  files: Record<string, Buffer>;
}

/**
 * Answers as huggingface.co does: the requests are those that its own client 2.17 sends, the answers have
 * the fields and headers that its API documents and that the client reads. Files go by HTTP with ranges;
 * Xet, which the hub offers beside them, is not spoken.
 *
 * @see https://huggingface.co/docs/hub/api
 */
export async function startHub(repository: HubRepository): Promise<Hub> {
  const { name, commit, token, files } = repository;
  const reads: string[] = [];
  const digests: Record<string, string> = {};
  for (const [path, content] of Object.entries(files)) {
    digests[path] = createHash("sha256").update(content).digest("hex");
  }

  function tree(folder: string): object[] {
    return Object.entries(files)
      .filter(([path]) => path.startsWith(folder))
      .map(([path, { length: size }]) => ({
        type: "file",
        oid: createHash("sha1").update(path).digest("hex"),
        ...{ size, path },
        lastCommit: { id: "1", title: "Train", date: "2026-05-01T10:00:00.000Z" },
        ...(path.endsWith(".pb") && { lfs: { oid: digests[path], size, pointerSize: 130 } }),
      }));
  }

  const server = http.createServer((request, response) => {
    const { headers } = request;
    const url = new URL(request.url ?? "", "http://hub");
    const refuse = (status: number, error: string) =>
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify({ error }));
    const answer = (value: unknown) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (!url.pathname.includes(name) || (token && headers.authorization !== `Bearer ${token}`)) {
      return refuse(401, "Invalid username or password.");
    }
    const [, api, , , , kind, revision, ...path] = url.pathname.split("/");
    if (api === "api" && kind === "revision") {
      const isKnown = ["main", commit].includes(decodeURIComponent(revision));
      const lastModified = "2026-05-01T10:00:00.000Z";
      return isKnown
        ? answer({ _id: "1", id: name, sha: commit, lastModified, private: false, downloads: 0 })
        : refuse(404, `Invalid rev id: ${revision}`);
    }
    if (api === "api" && kind === "tree" && revision === commit) {
      const found = tree(path.length > 0 ? `${path.join("/")}/` : "");
      return found.length > 0 ? answer(found) : refuse(404, "Path does not exist");
    }
    const file = url.pathname.replace(`/${name}/resolve/${commit}/`, "");
    const content = files[file];
    if (!content) {
      response.setHeader("x-error-code", "EntryNotFound");
      return refuse(404, "Entry not found");
    }
    const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? "") ?? [];
    const part = content.subarray(Number(from), to === "" ? undefined : Number(to) + 1);
    reads.push(`${file} ${headers.range ?? "all"}`);
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${content.length}`;
    response.writeHead(headers.range ? 206 : 200, {
      etag: `"${digests[file]}"`,
      "x-repo-commit": commit,
      "content-length": part.length,
      ...(headers.range && { "content-range": range }),
    });
    return response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, reads, stop: () => server.close() };
}
