import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { freePorts } from "../freePorts";
import { pythonPackages } from "../pythonPackages";
import { until } from "../until";

/** A tracking server of MLflow, with a registry in SQLite and artifacts that it serves itself. */
export interface MlflowTestServer {
  address: string;
  /** Runs register.py with this server; what it registers is said there. */
  register(...args: string[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts MLflow from PyPI, at the version in requirements.txt: that file has what the server and its
 * client load, and not the libraries of data science beside them.
 */
export async function startMlflow(): Promise<MlflowTestServer> {
  const requirements = path.join(__dirname, "requirements.txt");
  const packages = await pythonPackages("mlflow", requirements, ["--no-deps"]);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-mlflow-"));
  const [port] = await freePorts(1);
  const address = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    PYTHONPATH: packages,
    MLFLOW_TRACKING_URI: address,
    MLFLOW_DISABLE_TELEMETRY: "true",
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
    GIT_PYTHON_REFRESH: "quiet",
  };
  const options = {
    "--backend-store-uri": `sqlite:///${folder}/mlflow.db`,
    "--artifacts-destination": path.join(folder, "artifacts"),
    "--host": "127.0.0.1",
    "--port": String(port),
    "--workers": "1",
  };
  const args = ["-m", "mlflow", "server", ...Object.entries(options).flat()];
  const server = spawn("python3", args, { stdio: "ignore", env, detached: true });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    // Its workers are processes of their own.
    process.kill(-server.pid!);
    await ended;
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const answers = async () => (await fetch(`${address}/health`)).ok;
  await until("MLflow answers", answers, 120_000).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    address,
    async register(...args) {
      await promisify(execFile)("python3", [path.join(__dirname, "register.py"), ...args], { env });
    },
    stop,
  };
}
