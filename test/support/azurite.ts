import { execFile, spawn } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { freePorts } from "./freePorts";
import { keptFolder } from "./keptFolder";
import { until } from "./until";

const version = "3.35.0";
// Azurite's own account, which is public.
const account = "devstoreaccount1";
const key =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Microsoft's emulator of Azure Storage. */
export interface Azurite {
  account: string;
  /** As AZURE_STORAGE_CONNECTION_STRING takes it. */
  connection: string;
  stop(): Promise<void>;
}

/** Starts Azurite from npm, which a folder of its own keeps, on a free port; it forgets everything. */
export async function startAzurite(): Promise<Azurite> {
  const folder = await keptFolder(`azurite-${version}`, (work) =>
    promisify(execFile)("npm", [
      ...["install", "--prefix", work, "--ignore-scripts", "--no-audit", "--no-fund"],
      `azurite@${version}`,
    ]),
  );
  const [port] = await freePorts(1);
  const program = path.join(folder, "node_modules/azurite/dist/src/blob/main.js");
  const options = ["--blobPort", String(port), "--inMemoryPersistence", "--skipApiVersionCheck"];
  const server = spawn(process.execPath, [program, ...options, "--disableTelemetry"], {
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    server.kill();
    await ended;
  };
  const address = `http://127.0.0.1:${port}/${account}`;
  const answers = async () => (await fetch(address)).status > 0;
  await until("Azurite answers", answers, 60_000).catch(async (error) => {
    await stop();
    throw error;
  });
  const settings = { AccountName: account, AccountKey: key, BlobEndpoint: address };
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return { account, connection: ["DefaultEndpointsProtocol=http", ...pairs].join(";"), stop };
}
