// The log of requests, as the HAProxy that users get writes it.
import { once } from "node:events";
import * as http from "node:http";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Entry, parseEntry } from "../../../cli/accessLog/entry";
import { balancerImage } from "../../support/balancer";
import { docker, logs } from "../../support/docker";
import { type EchoBalancer, startEchoBalancer } from "../../support/echoBalancer";
import { until } from "../../support/until";

const releases = ["0f3c9a5d2b71", "5d2b710f3c9a"];

let balancer: EchoBalancer;
beforeAll(async () => {
  const replicas = releases.map((release) => ({ release }));
  balancer = await startEchoBalancer(balancerImage(), replicas);
});
afterAll(() => balancer?.remove());

const entries = (of = balancer): Entry[] =>
  logs(of.id)
    .split("\n")
    .map(parseEntry)
    .filter((entry) => entry !== undefined);

test("names the release of the replica that answered", async () => {
  const byAddress = Object.fromEntries(
    balancer.replicas.map(({ address }, place) => [`${address}:8501`, releases[place]]),
  );
  await Promise.all(Array.from({ length: 20 }, () => ask()));
  await until("each request is in the log", () => entries().length === 20);
  for (const { replica, release } of entries())
    expect([replica, release]).toEqual([replica, byAddress[replica]]);
  expect(new Set(entries().map(({ release }) => release))).toEqual(new Set(releases));
});

test("names none where no replica answered", async () => {
  await ask("/other");
  await until("the request is in the log", () => entries().some(({ status }) => status === 404));
  expect(entries().at(-1)).toMatchObject({ replica: "", release: "" });
});

test("names the release of a replica that leaves, for what it still answers", async () => {
  const slow = { release: releases[0], serviceMs: 2000, drainMs: 8000 };
  const leaving = await startEchoBalancer(balancerImage(), [slow]);
  onTestFinished(() => leaving.remove());
  await ask(undefined, leaving);
  const last = ask(undefined, leaving);
  await until("it has the call", async () => (await leaving.replicas[0].counts()).now > 0);
  docker("kill", "--signal", "TERM", leaving.replicas[0].id);
  await last;
  await until("both are in the log", () => entries(leaving).length === 2);
  expect(entries(leaving).map(({ release }) => release)).toEqual([releases[0], releases[0]]);
  expect(logs(leaving.id)).toContain("rest_replicas/replica1 is DOWN");
});

test("has every request to the last one before the balancer ends", async () => {
  const before = entries().length;
  await Promise.all(Array.from({ length: 500 }, () => ask()));
  docker("stop", "--time", "20", balancer.id);
  expect(entries().length - before).toBe(500);
});

/** A call on a connection of its own: the balancer ends once its connections have. */
async function ask(path = "/v1/models/m:predict", of = balancer): Promise<void> {
  const port = of.restPort;
  const request = http.request({ port, path, method: "POST", agent: false }).end("{}");
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  await once(response.resume(), "end");
}
