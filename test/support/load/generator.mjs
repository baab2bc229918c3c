// @ts-check
// The thread that sends: a test's own work does not delay it, and what it measures stays in
// it until the end.
import { parentPort, workerData } from "node:worker_threads";
import { grpcSender, restSender } from "./senders.mjs";

// Timers wake up to this late by themselves; later is a stall, which counts as latency.
const timerGrainMs = 2;
// More reasons than that are no help.
const maxReasons = 50;

/** @type {{ options: import("../load.ts").LoadOptions & import("../load.ts").LoadLimits, counters: Int32Array }} */
const { options, counters } = workerData;
const sender =
  options.target.api === "rest"
    ? restSender(options.target, options)
    : grpcSender(options.target, options);

/** @type {number[]} */
const starts = [];
/** @type {number[]} */
const latencies = [];
/** @type {number[]} */
const failures = [];
/** @type {number[]} */
const answers = [];
/** @type {Map<string, number>} */
const reasons = new Map();
/** @type {Map<string, number>} */
const versions = new Map();

const end = now() + options.maxSeconds * 1000;
let sent = 0;
let underWay = 0;
let stopping = false;
let reported = false;

parentPort?.once("message", () => {
  stopping = true;
  finishIfIdle();
});

if (options.perSecond !== undefined) {
  keepRate(1000 / options.perSecond, now());
} else {
  for (let number = 0; number < (options.concurrency ?? 1); number++) void keepOneUnderWay();
}

/**
 * Open loop: the next request is due whatever became of the last one.
 *
 * @param {number} interval
 * @param {number} due
 */
function keepRate(interval, due) {
  while (mayGoOn() && due <= now()) {
    void request(now() - due <= timerGrainMs ? now() : due);
    due += interval;
  }
  if (mayGoOn()) setTimeout(() => keepRate(interval, due), Math.max(0, due - now()));
  else finishIfIdle();
}

/** Closed loop: a client that sends its next request when it has the answer to the last one. */
async function keepOneUnderWay() {
  while (mayGoOn()) {
    const failed = await request(now());
    // A refused connection fails at once: without a pause the loop would spin.
    if (failed) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  finishIfIdle();
}

/** @param {number} start */
async function request(start) {
  sent++;
  underWay++;
  Atomics.store(counters, 0, sent);
  let failure = 0;
  let answer = 0;
  try {
    const version = await sender.send();
    if (version !== undefined) answer = indexOf(versions, version);
  } catch (error) {
    failure = indexOf(reasons, /** @type {Error} */ (error).message);
    Atomics.add(counters, 2, 1);
  }
  starts.push(start);
  latencies.push(now() - start);
  failures.push(failure);
  answers.push(answer);
  underWay--;
  Atomics.add(counters, 1, 1);
  if (!mayGoOn()) finishIfIdle();
  return failure > 0;
}

function mayGoOn() {
  return !stopping && sent < options.maxRequests && now() < end;
}

/** What is under way is waited for, so that no request is cut off by the end of the load. */
function finishIfIdle() {
  if (mayGoOn() || underWay > 0 || reported) return;
  reported = true;
  sender.close();
  parentPort?.postMessage({
    starts: Float64Array.from(starts),
    latencies: Float64Array.from(latencies),
    failures: Uint16Array.from(failures),
    reasons: [...reasons.keys()],
    answers: Uint16Array.from(answers),
    versions: [...versions.keys()],
  });
  parentPort?.close();
}

/**
 * @param {Map<string, number>} known
 * @param {string} text
 * @returns {number} from 1
 */
function indexOf(known, text) {
  const name = known.has(text) || known.size < maxReasons ? text : "others";
  if (!known.has(name)) known.set(name, known.size + 1);
  return /** @type {number} */ (known.get(name));
}

/** One clock for all threads that cannot be set back. */
function now() {
  return performance.timeOrigin + performance.now();
}
