// @ts-check
import { defaultStack, Failure, npmRun } from "./command.mjs";

const timeoutMs = 60_000;

/**
 * The most probable class of one picture.
 *
 * @param {number[]} probabilities - one per class
 * @returns {{ index: number, confidence: number }}
 */
export function bestClass(probabilities) {
  const confidence = Math.max(...probabilities);
  return { index: probabilities.indexOf(confidence), confidence };
}

/**
 * @param {string} name - of the class
 * @param {number} confidence - 0 to 1
 * @returns {string}
 */
export function predictionLine(name, confidence) {
  return `predicted class= ${name} with confidence level of ${confidence.toFixed(2)}`;
}

/**
 * The address at which this machine reaches the REST URL of a stack; undefined
 * where it is published on the loopback address of another machine.
 *
 * @param {string} restUrl - http://ADDRESS:PORT/v1/models/NAME
 * @param {string} host - Docker Engine
 * @returns {string | undefined}
 */
export function reachableUrl(restUrl, host) {
  const url = new URL(restUrl);
  const isHere = host.startsWith("unix:") || host.startsWith("npipe:");
  const engine = isHere ? "127.0.0.1" : new URL(host).hostname;
  if (url.hostname === "0.0.0.0") {
    url.hostname = engine;
  }
  const loopback = ["127.0.0.1", "localhost"];
  return loopback.includes(url.hostname) && !loopback.includes(engine) ? undefined : url.href;
}

/**
 * The address at which this machine reaches the REST URL of a stack.
 *
 * @param {string} restUrl - http://ADDRESS:PORT/v1/models/NAME
 * @param {string} host - Docker Engine
 * @returns {string}
 */
export function requireUrl(restUrl, host) {
  const url = reachableUrl(restUrl, host);
  if (url) {
    return url;
  }
  const { hostname, port } = new URL(restUrl);
  const machine = new URL(host);
  const login = machine.username ? `${machine.username}@${machine.hostname}` : machine.hostname;
  throw new Failure(
    `The service is published on ${hostname} of ${machine.hostname} and cannot be reached from here.`,
    `forward its port (ssh -L ${port}:${hostname}:${port} ${login}) and call it from there, or set ` +
      "publishAddress to an address of that machine.",
  );
}

/**
 * Asks the service for the class probabilities of pictures.
 *
 * @param {string} url - http://HOST:PORT/v1/models/NAME
 * @param {string} signatureName
 * @param {number[][][][]} pictures - height x width x RGB, 0 to 255
 * @param {string} [stack] - that serves, for advice
 * @returns {Promise<number[][]>} per picture, one number per class
 */
export async function predict(url, signatureName, pictures, stack) {
  const body = JSON.stringify({ signature_name: signatureName, instances: pictures });
  const answer = await request(`${url}:predict`, { method: "POST", body }, stack);
  return answer.predictions;
}

/**
 * The versions of the model and their states, as the service reports them.
 *
 * @param {string} url - http://HOST:PORT/v1/models/NAME
 * @param {string} [stack] - that serves, for advice
 * @returns {Promise<{ version: string, state: string, message: string }[]>}
 */
export async function modelStatus(url, stack) {
  const answer = await request(url, {}, stack);
  return answer.model_version_status.map(
    (/** @type {{ version: string, state: string, status: { error_message: string } }} */ one) => ({
      version: one.version,
      state: one.state,
      message: one.status?.error_message ?? "",
    }),
  );
}

/**
 * @param {string} url
 * @param {RequestInit} init
 * @param {string} [stack]
 * @returns {Promise<any>}
 */
async function request(url, init, stack = defaultStack) {
  let response;
  let text;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch (error) {
    const { cause, message } = /** @type {Error & { cause?: { code?: string } }} */ (error);
    throw new Failure(
      `The service at ${url} does not answer (${cause?.code ?? message}).`,
      `${npmRun("status", stack)} shows what runs; ${npmRun("up", stack)} starts it.`,
    );
  }
  if (!response.ok) {
    throw new Failure(
      `The service at ${url} answered ${response.status}: ${errorIn(text)}`,
      `${npmRun("status", stack)} shows what runs, ${npmRun("logs", stack)} what it says.`,
    );
  }
  return JSON.parse(text);
}

/** @param {string} text - TensorFlow Serving's errors are JSON, the balancer's are not */
function errorIn(text) {
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return (
      text
        .replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim() || "an empty answer"
    );
  }
}
