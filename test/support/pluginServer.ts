import * as fs from "fs";
import * as http from "http";
import type { AddressInfo } from "net";
import * as path from "path";

/** Serves the plugins of a folder, as the page of a release does, until it is stopped. */
export async function startPluginServer(
  folder: string,
): Promise<{ url: string; stop: () => void }> {
  const server = http.createServer((request, response) => {
    const file = path.join(folder, path.basename(request.url ?? ""));
    if (!fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    // Pulumi wants to know how much it downloads.
    response.setHeader("content-length", fs.statSync(file).size);
    fs.createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}
