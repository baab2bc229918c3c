import { execFile } from "child_process";
import * as fs from "fs";
import * as http from "http";
import type { AddressInfo } from "net";
import * as path from "path";
import { promisify } from "util";
import { version } from "../../components/core/package.json";

/** The path of a release's files, as GitHub has it. */
const release = `OWNER/REPOSITORY/releases/download/core-v${version}`;

/**
 * Types `pulumi package add` for the package of Docker and Swarm, which comes from the page of its
 * release.
 *
 * @param plugins - the folder with what is on that page
 * @param folder - of the project that adds the package
 * @param env - with the `pulumi` that is meant on its PATH
 */
export async function addPackage(
  plugins: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const server = http.createServer((request, response) => {
    const { dir, base } = path.posix.parse(request.url ?? "");
    const file = path.join(plugins, base);
    if (dir !== `/${release}` || !fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    // Pulumi wants to know how much it downloads.
    response.setHeader("content-length", fs.statSync(file).size);
    fs.createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${release}`;
  const add = ["package", "add", `tfserving@${version}`, "--server", url];
  try {
    // Not waited for in this process's only thread, in which the server runs.
    await promisify(execFile)("pulumi", add, { cwd: folder, env });
  } finally {
    server.close();
  }
}
