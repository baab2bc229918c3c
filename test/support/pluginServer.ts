import * as fs from "fs";
import * as http from "http";
import type { AddressInfo } from "net";
import * as path from "path";

/** The path of a release's files, as GitHub has it. */
const release = "OWNER/REPOSITORY/releases/download/core-v0.1.0";

/** Serves the plugins of a folder, as the page of a release does, until it is stopped. */
export async function startPluginServer(
  folder: string,
): Promise<{ url: string; stop: () => void }> {
  const server = http.createServer((request, response) => {
    const { dir, base } = path.posix.parse(request.url ?? "");
    const file = path.join(folder, base);
    if (dir !== `/${release}` || !fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    // Pulumi wants to know how much it downloads.
    response.setHeader("content-length", fs.statSync(file).size);
    fs.createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/${release}`, stop: () => void server.close() };
}
