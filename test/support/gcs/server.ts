import { spawn } from "node:child_process";
import * as path from "node:path";
import { freePorts } from "../freePorts";
import { pythonPackages } from "../pythonPackages";
import { until } from "../until";

/** An emulator of Google Cloud Storage. */
export interface GcsServer {
  address: string;
  stop(): Promise<void>;
}

/**
 * Starts gcp-storage-emulator from PyPI, at the version in requirements.txt. It holds everything in
 * memory; unlike the service it sends no parts of objects, and keeps no older generations.
 */
export async function startGcs(): Promise<GcsServer> {
  const packages = await pythonPackages("gcs", path.join(__dirname, "requirements.txt"));
  const [port] = await freePorts(1);
  const options = ["--host", "127.0.0.1", "--port", String(port), "--in-memory"];
  const server = spawn("python3", ["-m", "gcp_storage_emulator", "start", ...options], {
    stdio: "ignore",
    env: { ...process.env, PYTHONPATH: packages },
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    server.kill();
    await ended;
  };
  const address = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(address)).ok;
  await until("the emulator answers", answers, 60_000).catch(async (error) => {
    await stop();
    throw error;
  });
  return { address, stop };
}
