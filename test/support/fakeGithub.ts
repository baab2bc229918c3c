import { createServer, type Server } from "http";
import type { AddressInfo } from "net";

/** A comment or an issue. */
export interface Entry {
  id: number;
  number: number;
  body: string;
  state?: string;
  labels?: string[];
}

/** As much of GitHub's API as the workflows use, of one repository. */
export class FakeGithub {
  readonly comments: Entry[] = [];
  readonly issues: Entry[] = [];
  pulls: object[] = [];
  runs: object[] = [];
  private server?: Server;

  /** @returns its address */
  async start(): Promise<string> {
    this.server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) {
        parts.push(part);
      }
      const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : undefined;
      const url = new URL(request.url ?? "", "http://github");
      const found = this.answer(`${request.method} ${url.pathname}`, url.searchParams, body);
      response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? {}));
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server?.close();
  }

  private answer(call: string, query: URLSearchParams, body: Partial<Entry> = {}): unknown {
    const [, number] = /(\d+)$/.exec(call) ?? [];
    const at = (Number(query.get("page") ?? 1) - 1) * 100;
    switch (call.replace(/^(\w+) \/repos\/acme\/models/, "$1 ").replace(/\/\d+/, "/N")) {
      case "GET /issues/N/comments":
        return this.comments.slice(at, at + 100);
      case "POST /issues/N/comments":
        return add(this.comments, body);
      case "PATCH /issues/comments/N":
        return Object.assign(this.comments[Number(number) - 1], body);
      case "GET /issues":
        return this.issues.filter(({ state }) => state === query.get("state"));
      case "POST /issues":
        return add(this.issues, { state: "open", ...body });
      case "PATCH /issues/N":
        return Object.assign(this.issues[Number(number) - 1], body);
      case "GET /commits/abc/pulls":
        return this.pulls;
      case "GET /actions/workflows/preview.yml/runs":
        return { workflow_runs: this.runs };
    }
    return undefined;
  }
}

function add(entries: Entry[], body: Partial<Entry>): Entry {
  const id = entries.length + 1;
  const entry = { id, number: id, body: "", ...body };
  entries.push(entry);
  return entry;
}
