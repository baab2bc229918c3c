import type { Response } from "undici";
import { ask } from "./ask";

/** MLflow's tracking server. */
export interface MlflowServer {
  /** Such as `https://mlflow.example.com`. */
  readonly address: string;
  /** What it is called in messages. */
  readonly title: string;
  /** Answer of its REST API, `/api/2.0/mlflow/...`. */
  get<T>(path: string, query: Record<string, string>): Promise<T>;
  /** What lies at a path below its address. */
  open(path: string, headers?: Record<string, string>): Promise<Response>;
}

/**
 * The server and the login that MLflow's own client would use: MLFLOW_REGISTRY_URI or
 * MLFLOW_TRACKING_URI; MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
 * MLFLOW_TRACKING_PASSWORD.
 *
 * @throws Error if they name no server
 */
export function mlflowServer(env: NodeJS.ProcessEnv = process.env): MlflowServer {
  const given = env.MLFLOW_REGISTRY_URI || env.MLFLOW_TRACKING_URI;
  if (!given) {
    throw new Error("set MLFLOW_TRACKING_URI to the address of the MLflow server");
  }
  if (!/^https?:\/\/[^/@]+(\/|$)/.test(given)) {
    throw new Error(
      "MLFLOW_TRACKING_URI has to be the https:// or http:// address of an MLflow server, " +
        "without a user name in it",
    );
  }
  const address = given.replace(/\/+$/, "");
  const title = `MLflow at ${address}`;
  const login = loginHeaders(env);

  async function open(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await ask(title, `${address}/${path}`, { headers: { ...login, ...headers } });
    if (!response.ok) {
      throw new Error(await refusal(title, response));
    }
    return response;
  }
  return {
    address,
    title,
    open,
    async get<T>(path: string, query: Record<string, string>) {
      const response = await open(`api/2.0/mlflow/${path}?${new URLSearchParams(query)}`);
      return (await response.json()) as T;
    },
  };
}

function loginHeaders(env: NodeJS.ProcessEnv): Record<string, string> {
  const { MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD = "" } = env;
  if (MLFLOW_TRACKING_TOKEN) {
    return { authorization: `Bearer ${MLFLOW_TRACKING_TOKEN}` };
  }
  if (!MLFLOW_TRACKING_USERNAME) {
    return {};
  }
  const login = `${MLFLOW_TRACKING_USERNAME}:${MLFLOW_TRACKING_PASSWORD}`;
  return { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
}

async function refusal(title: string, response: Response): Promise<string> {
  if (response.status === 401 || response.status === 403) {
    return (
      `${title} refuses the login (${response.status}): set MLFLOW_TRACKING_USERNAME and ` +
      "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
    );
  }
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  const words = message ?? `${response.status} ${response.statusText}`;
  return `${title} says: ${words.replace(/\s+/g, " ").trim()}`;
}
