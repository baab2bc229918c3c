import type { RequestInit, Response } from "undici";
import { errorText } from "./errorText";

const silenceMs = 60_000;

/**
 * Asks a server over HTTP, through the proxies of HTTPS_PROXY and NO_PROXY. One that is silent for a
 * minute counts as gone.
 *
 * @param server - what it is called in messages, such as `MLflow at https://mlflow.example.com`
 * @throws Error if it does not answer
 */
export async function ask(
  server: string,
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  const { Agent, EnvHttpProxyAgent, fetch } = await import("undici");
  const times = { headersTimeout: silenceMs, bodyTimeout: silenceMs };
  // It warns that it may change, which is of interest to those only who have a proxy.
  const dispatcher = hasProxy() ? new EnvHttpProxyAgent(times) : new Agent(times);
  try {
    return await fetch(url, { dispatcher, ...init });
  } catch (error) {
    throw new Error(`${server} does not answer: ${errorText(error)}`);
  }
}

function hasProxy(): boolean {
  return Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name));
}
