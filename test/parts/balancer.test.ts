// The balancer's configuration in the HAProxy that users get.
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import * as grpc from "@grpc/grpc-js";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../cli/setup/folders";
import { predictMethod as method } from "../support/servingGrpc";
import { Balancer, balancerImage, startBalancer } from "../support/balancer";
import { logs } from "../support/docker";
import { describeLoad, startLoad } from "../support/load";
import { until } from "../support/until";

const snapshots = path.join(__dirname, "../unit/serving/snapshots");
const picture = Buffer.alloc(602_000, "x");
const times = { restMs: 31_000, grpcMs: 60_000 };
const restPath = "/v1/models/my_model:predict";

describe("the balancer", () => {
  let image: string;
  let balancer: Balancer | undefined;

  beforeAll(() => {
    image = balancerImage();
  });
  afterEach(() => {
    balancer?.remove();
    balancer = undefined;
  });

  test.each(fs.readdirSync(snapshots).filter((file) => file.startsWith("haproxy")))(
    "takes %s without a warning",
    (file) => {
      // `run` begins the file of the servers' states, so that it is never missing.
      const check = "echo 1 > /tmp/servers && haproxy -c -f /cfg/$0";
      const { status, stdout, stderr } = spawnSync(
        "docker",
        [
          ...["run", "--rm", "--volume", `${snapshots}:/cfg:ro`],
          ...["--volume", `${path.join(root, "components/core/serving/balancer")}:/config:ro`],
          ...["--entrypoint", "sh", image, "-c", check, file],
        ],
        { encoding: "utf8" },
      );
      expect({ status, said: (stdout + stderr).match(/^.*(WARNING|ALERT).*$/gm) }).toEqual({
        status: 0,
        said: null,
      });
    },
  );

  test("gives gRPC its own time, whatever REST's is", async () => {
    balancer = await startBalancer(image, { restMs: 1000, grpcMs: 3000 });
    const url = `http://127.0.0.1:${balancer.restPort}${restPath}`;
    const asked = { method: "POST", headers: { "wait-ms": "2000" } };
    const rest = fetch(url, asked).then(({ status }) => status);
    const calls = [call(balancer, "2000"), call(balancer, "60000")];
    expect([await rest, ...(await Promise.all(calls))]).toEqual([
      504,
      grpc.status.OK,
      grpc.status.DEADLINE_EXCEEDED,
    ]);
  });

  test("sends what fits into a buffer to another replica when its own refuses it", async () => {
    balancer = await startBalancer(image, times, [{}, { REFUSE: "1" }]);
    const body = Buffer.alloc(60_000, "x");
    const url = `http://127.0.0.1:${balancer.restPort}${restPath}`;
    for (let request = 0; request < 4; request++) {
      expect((await fetch(url, { method: "POST", body })).status).toBe(200);
    }
    const sent = await Promise.all(Array.from({ length: 4 }, () => call(balancer!, "0", body)));
    expect(sent).toEqual(sent.map(() => grpc.status.OK));
  });

  test("sends nothing to a replica on which nothing listens yet", async () => {
    const { id, grpcPort, addDeaf } = (balancer = await startBalancer(image, times));
    const address = `127.0.0.1:${grpcPort}`;
    const load = startLoad({
      target: { api: "grpc", address, method, request: picture },
      concurrency: 2,
    });
    addDeaf();
    await until("it is found", () => /grpc_replicas\/replica2.*valid DNS/.test(logs(id)), 30_000);
    await load.more(200);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
  });

  test("loses none of many pictures, also while it takes another configuration over", async () => {
    const { id, restPort, grpcPort, configure } = (balancer = await startBalancer(image, times, [
      {},
      {},
    ]));
    const url = `http://127.0.0.1:${restPort}${restPath}`;
    const address = `127.0.0.1:${grpcPort}`;
    const loads = [
      startLoad({ target: { api: "rest", url, body: picture }, concurrency: 2 }),
      startLoad({
        ...{ target: { api: "grpc", address, method, request: picture }, concurrency: 4 },
        connections: 2,
      }),
    ];
    const more = () => Promise.all(loads.map((load) => load.more(100)));
    await more();
    await configure({ ...times, grpcMs: 50_000 });
    await until("it is taken over", () => logs(id).includes("took the new configuration"), 30_000);
    await more();
    for (const result of await Promise.all(loads.map((load) => load.stop()))) {
      expect(result.failed, describeLoad(result)).toBe(0);
    }
  });
});

/** The status of a call whose client would wait for three minutes. */
function call(
  { grpcPort }: Balancer,
  waitMs: string,
  request = Buffer.alloc(10),
): Promise<grpc.status> {
  const client = new grpc.Client(`127.0.0.1:${grpcPort}`, grpc.credentials.createInsecure());
  const same = (message: Buffer) => message;
  const metadata = new grpc.Metadata();
  metadata.set("wait-ms", waitMs);
  return new Promise<grpc.status>((resolve) =>
    client.makeUnaryRequest(
      method,
      same,
      same,
      request,
      metadata,
      { deadline: Date.now() + 180_000 },
      (error) => resolve(error?.code ?? grpc.status.OK),
    ),
  ).finally(() => client.close());
}
