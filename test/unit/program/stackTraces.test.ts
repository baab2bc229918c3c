import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

// Stands for source-map-support, which the Pulumi runtime has installed before a program starts.
const mapped = (error: Error, frames: NodeJS.CallSite[]) =>
  [`${error.name}: ${error.message}`, ...frames.map(() => "\n    at mapped")].join("");

interface Debuggable {
  debuggablePromise(promise: Promise<unknown>, context: string): Promise<unknown>;
}

const original = Error.prepareStackTrace;

beforeEach(async () => {
  vi.resetModules();
  Error.prepareStackTrace = mapped;
  await vi.importActual("../../../program/stackTraces");
});
afterEach(() => {
  Error.prepareStackTrace = original;
});

test("formats no stack trace for a promise of the SDK", async () => {
  expect(await traceOfPromise()).toBe("");
});

test("keeps the traces of promises for those who look for a leaked one", async () => {
  vi.stubEnv("PULUMI_DEBUG_PROMISE_LEAKS", "1");
  expect(await traceOfPromise()).toMatch(/^Error: \n {4}at /);
});

test("maps the frames of a program's own error", () => {
  const [header, first] = new TypeError("no such model").stack!.split("\n");
  expect([header, first]).toEqual(["TypeError: no such model", "    at mapped"]);
});

test("shows a frame of the SDK with the file that is there", () => {
  const error = errorOf(() => new pulumi.Config("nowhere").require("nothing"));
  const fromSdk = error.stack!.split("\n").filter((line) => line.includes("@pulumi"));
  expect(fromSdk.length).toBeGreaterThan(0);
  fromSdk.forEach((line) =>
    expect(line).toMatch(/node_modules[\\/]@pulumi[\\/]pulumi[\\/].*\.js:/),
  );
});

/** What the SDK notes for the debugger on each promise that it makes. */
async function traceOfPromise(): Promise<string> {
  const { debuggablePromise } = await vi.importActual<Debuggable>(
    "@pulumi/pulumi/runtime/debuggable",
  );
  const promise = Promise.resolve();
  void debuggablePromise(promise, "test");
  return (promise as unknown as { _debugStackTrace: string })._debugStackTrace;
}

function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
