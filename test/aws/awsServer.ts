import { execFile, spawn } from "child_process";
import { createHash } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { promisify } from "util";
import { debianTool } from "../support/debianTool";
import { freePorts } from "../support/freePorts";

const run = promisify(execFile);

/** moto, an AWS API server that holds everything in memory. */
export interface AwsServer {
  /** http://127.0.0.1:PORT */
  address: string;
  /** For a process that is to use it through the test provider. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

export const testRegion = "eu-central-1";

/**
 * Starts moto on a free port of 127.0.0.1. It is installed from PyPI on first use, at the version
 * in requirements.txt, into a folder that later runs find again.
 *
 * @see https://docs.getmoto.org/en/latest/docs/server_mode.html
 */
export async function startAwsServer(): Promise<AwsServer> {
  const packages = await installed();
  const [port] = await freePorts(1);
  const server = spawn("python3", ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
    // AWS's own policies, so that a wrong name is found.
    env: { ...process.env, PYTHONPATH: packages, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const address = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (!(await answers(address))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      server.kill();
      throw new Error(`moto does not answer at ${address}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    address,
    env: {
      AWS_ENDPOINT_URL: address,
      AWS_REGION: testRegion,
      // The engine finds pulumi-resource-aws in the first folder that has it.
      PATH: `${__dirname}${path.delimiter}${process.env.PATH}`,
    },
    stop: async () => {
      server.kill();
      await ended;
    },
  };
}

/** The folder that Python finds moto in. */
async function installed(): Promise<string> {
  const requirements = path.join(__dirname, "requirements.txt");
  const version = createHash("sha256").update(fs.readFileSync(requirements)).digest("hex");
  const cache = path.join(os.homedir(), ".cache", "tfserving-tests");
  const folder = path.join(cache, `moto-${version.slice(0, 12)}-packages`);
  if (!fs.existsSync(folder)) {
    fs.mkdirSync(cache, { recursive: true });
    // Moved into place, so that two tests that begin at the same time do not meet.
    const building = fs.mkdtempSync(path.join(cache, "moto-"));
    const options = ["install", "--quiet", "--target", building, "--requirement", requirements];
    debianTool("pip3", "python3-pip");
    await run("python3", ["-m", "pip", ...options]);
    move(building, folder);
  }
  return folder;
}

function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    fs.rmSync(from, { recursive: true, force: true });
    if (!fs.existsSync(to)) throw error;
  }
}

function answers(address: string): Promise<boolean> {
  return fetch(`${address}/moto-api/data.json`).then(
    (answer) => answer.ok,
    () => false,
  );
}
