import * as https from "node:https";
import { until } from "./until";

/** A client of a service with TLS. */
export interface SecureCaller {
  /** Of 127.0.0.1. */
  port: number;
  ca: string;
  /** Name in the certificate. */
  servername: string;
  /** @default - none */
  key?: string;
}

/** Calls one after the other on kept connections, until they are stopped. */
export interface SecureCalls {
  /** Answers by their status, or the code of the error. */
  readonly answers: Record<string, number>;
  /** Waits until this many more were answered. */
  more: (calls: number) => Promise<void>;
  stop: () => Promise<Record<string, number>>;
}

/** The status of one call, or the code of the error. */
export function callSecurely(
  { port, ca, servername, key }: SecureCaller,
  path: string,
  agent?: https.Agent,
): Promise<string> {
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path, ca, servername, headers, agent };
    https
      .get(options, (response) =>
        response.resume().on("end", () => resolve(String(response.statusCode))),
      )
      .on("error", ({ message, code }: NodeJS.ErrnoException) => resolve(code ?? message));
  });
}

/** @param clients - how many call at a time */
export function startSecureCalls(caller: SecureCaller, path: string, clients = 2): SecureCalls {
  const agent = new https.Agent({ keepAlive: true, maxSockets: clients });
  const answers: Record<string, number> = {};
  const answered = () => Object.values(answers).reduce((a, b) => a + b, 0);
  let stopped = false;
  const callOn = async () => {
    while (!stopped) {
      const status = await callSecurely(caller, path, agent);
      answers[status] = (answers[status] ?? 0) + 1;
    }
  };
  const all = Promise.all(Array.from({ length: clients }, callOn));
  return {
    answers,
    more: async (calls) => {
      const wanted = answered() + calls;
      await until(`${calls} more answers`, () => answered() >= wanted, 60_000);
    },
    stop: async () => {
      stopped = true;
      await all;
      agent.destroy();
      return answers;
    },
  };
}
