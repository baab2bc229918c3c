import { spawn } from "child_process";
import * as path from "path";
import { freePorts } from "../../support/freePorts";
import { pythonPackages } from "../../support/pythonPackages";
import { until } from "../../support/until";

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
  const packages = await motoPackages();
  const [port] = await freePorts(1);
  const server = spawn("python3", ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
    env: { ...process.env, PYTHONPATH: packages },
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const address = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(`${address}/moto-api/data.json`)).ok;
  await until("moto answers", () => server.exitCode !== null || answers(), 60_000).catch(
    (error) => {
      server.kill();
      throw error;
    },
  );
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
export function motoPackages(): Promise<string> {
  return pythonPackages("moto", path.join(__dirname, "requirements.txt"));
}
