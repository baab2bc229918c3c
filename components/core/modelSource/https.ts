import { Readable } from "node:stream";
import type { Response } from "undici";
import { ask } from "./ask";
import { changedMeanwhile } from "./errorText";
import { netrcLogin } from "./netrc";
import type { FileDigest, RemoteFile, SourceKind } from "./source";

const pin = /^#sha256=([a-f0-9]{64})$/;

/**
 * An archive on a web server: tar, tar.gz or zip. What it is at this moment says its ETag, else its time
 * and size; `#sha256=` pins its content. Proxies are those of HTTPS_PROXY and NO_PROXY, logins those of
 * .netrc, and further authorities those of NODE_EXTRA_CA_CERTS.
 */
export const https: SourceKind = {
  prefix: "https://",
  form: "https://HOST/PATH.tar.gz",

  check(source) {
    if (!URL.canParse(source)) {
      return ["that is no URL: use https://HOST/PATH.tar.gz"];
    }
    const { username, password, hash } = new URL(source);
    return [
      ...(username || password
        ? ["it holds a login, which would be in the state: put it into the file .netrc"]
        : []),
      ...(hash && !pin.test(hash)
        ? [`"${hash}" is no digest: use #sha256= with 64 hexadecimal digits in lower case`]
        : []),
    ];
  },

  async resolve(source) {
    const url = new URL(source);
    const hex = pin.exec(url.hash)?.[1];
    url.hash = "";
    // Not all servers, and no signed URLs, answer HEAD.
    const response = await askFor(url, "bytes=0-0");
    await response.body?.cancel();
    refuseStatus(response, url);
    const [etag, time, size] = [response.headers.get("etag"), timeOf(response), sizeOf(response)];
    if (!hex && !etag && !time) {
      throw new Error(
        "its server gives neither an ETag nor a time, by which a change could be seen: " +
          "pin the content with #sha256= and its digest",
      );
    }
    return {
      source: `${url.origin}${url.pathname}${hex ? `#sha256=${hex}` : ""}`,
      revision: hex ? `sha256:${hex}` : `${url.origin}${url.pathname} ${etag ?? `${time} ${size}`}`,
      changed: time ? new Date(time) : undefined,
      content: { archive: archiveAt(url, size, etag ?? time, hex) },
    };
  },
};

function archiveAt(
  url: URL,
  size: number | undefined,
  state: string | null,
  hex: string | undefined,
): RemoteFile {
  const digest: FileDigest | undefined = hex ? { algorithm: "sha256", hex } : undefined;
  return {
    path: "archive",
    ...{ size, digest },
    async open(from) {
      const response = await askFor(url, from > 0 ? `bytes=${from}-` : undefined);
      refuseStatus(response, url);
      if ((response.headers.get("etag") ?? timeOf(response)) !== state) {
        await response.body?.cancel();
        throw new Error(changedMeanwhile);
      }
      return {
        from: response.status === 206 ? from : 0,
        body: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      };
    },
  };
}

/** A server that packs what it sends would send other bytes than those that are counted. */
function askFor(url: URL, range?: string): Promise<Response> {
  const login = netrcLogin(url.hostname);
  return ask(url.host, url, {
    headers: {
      "accept-encoding": "identity",
      ...(login && { authorization: login }),
      ...(range && { range }),
    },
  });
}

function refuseStatus({ status, statusText, url: last }: Response, { host }: URL): void {
  const answer = `${status} ${statusText}`.trim();
  if (!last.startsWith("https://")) {
    throw new Error(`${host} leads to ${last}, which is not https: use another address`);
  }
  if (status === 401 || status === 403) {
    throw new Error(
      `${host} refuses it (${answer}): put a login that may read it into .netrc ` +
        `(machine ${host} login NAME password TOKEN)`,
    );
  }
  if (status === 404 || status === 410) {
    throw new Error(`${host} has no such file (${answer}): correct the path`);
  }
  if (status !== 200 && status !== 206) {
    throw new Error(`${host} answers ${answer}: try again later, or use another address`);
  }
}

function timeOf({ headers }: Response): string | null {
  return headers.get("last-modified");
}

/** Of a part the whole counts: `bytes 0-0/1234`. */
function sizeOf({ status, headers }: Response): number | undefined {
  const text =
    status === 206 ? headers.get("content-range")?.split("/")[1] : headers.get("content-length");
  return /^\d+$/.test(text ?? "") ? Number(text) : undefined;
}
