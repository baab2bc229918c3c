// Who may call, what, and how much: keys, tokens and rights in the HAProxy that users get.
import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Entry, parseEntry } from "../../../cli/accessLog/entry";
import { balancerImage } from "../../support/balancer";
import { logs } from "../../support/docker";
import { type EchoBalancer, startEchoBalancer } from "../../support/echoBalancer";
import { predictMethod } from "../../support/servingGrpc";
import { confusedToken, issuerKey, keySet, token, unsigned } from "../../support/tokens";
import { until } from "../../support/until";

const keys = {
  ada: "tfs_ada",
  adaNext: "tfs_ada_next",
  grace: "tfs_grace",
  single: "tfs_single",
  slow: "tfs_slow",
};
const hash = (key: string) => `sha256:${createHash("sha256").update(key).digest("hex")}`;
const [rsa, elliptic, strange] = [
  issuerKey("RS256", "one"),
  issuerKey("ES256", "two"),
  issuerKey("RS256", "one"),
];
const [issuer, audience] = ["https://login.example.com/", "serving"];
const auth = {
  apiKeys: {
    ada: [hash(keys.ada), hash(keys.adaNext)],
    grace: [hash(keys.grace)],
    single: [hash(keys.single)],
    slow: [hash(keys.slow)],
  },
  jwt: { issuer, audience, jwks: keySet(rsa, elliptic) },
  clients: {
    grace: { models: ["birds"], verbs: ["predict"] },
    single: { callsAtATime: 1 },
    slow: { requestsPerSecond: 2 },
  },
};
const mb = 2 ** 20;

let balancer: EchoBalancer;

beforeAll(async () => {
  const replica = { serviceMs: 100, workers: 50 };
  balancer = await startEchoBalancer(balancerImage(), [replica], {
    ...{ auth, maxRequestMb: 1, maxConnections: 64 },
    limits: { callsPerReplica: 50 },
  });
});
afterAll(() => balancer?.remove());

/** A request to REST; status and the header Retry-After. */
async function ask(
  headers: Record<string, string>,
  path = "/v1/models/birds:predict",
  body = "{}",
  { restPort } = balancer,
) {
  const method = path.includes(":") ? "POST" : "GET";
  const url = `http://127.0.0.1:${restPort}${path}`;
  return fetch(url, { method, headers, ...(method === "POST" ? { body } : {}) });
}

const status = async (...args: Parameters<typeof ask>) => (await ask(...args)).status;
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

/** The status of a gRPC call. */
function call(
  message: Buffer,
  headers: Record<string, string>,
  method = predictMethod,
  { grpcPort } = balancer,
) {
  const client = new grpc.Client(`127.0.0.1:${grpcPort}`, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const same = (bytes: Buffer) => bytes;
  return new Promise<grpc.status>((resolve) =>
    client.makeUnaryRequest(method, same, same, message, metadata, (error) =>
      resolve(error?.code ?? grpc.status.OK),
    ),
  ).finally(() => client.close());
}

/** A field of a message that holds bytes. */
function field(number: number, content: Buffer): Buffer {
  const length =
    content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}

/** What a message begins with that is about a model: its ModelSpec in field 1. */
const about = (model: string) => field(1, field(1, Buffer.from(model)));

async function reached(): Promise<number> {
  const counts = await Promise.all(balancer.replicas.map((one) => one.counts()));
  return counts.flatMap(({ calls }) => Object.values(calls)).reduce((a, b) => a + b, 0);
}

/** The access log's line of a request. */
async function logged(requestId: string): Promise<Entry> {
  const find = () =>
    logs(balancer.id)
      .split("\n")
      .map(parseEntry)
      .find((entry) => entry?.requestId === requestId);
  await until("the request is in the log", () => find() !== undefined);
  return find()!;
}

describe("a key", () => {
  test.each([
    ["as a bearer", bearer(keys.ada)],
    ["as a header of its own", { "x-api-key": keys.ada }],
    ["of a client that has two", { "x-api-key": keys.adaNext }],
  ])("lets its client in over REST and gRPC: %s", async (_, headers) => {
    expect(await status(headers)).toBe(200);
    expect(await call(about("birds"), headers)).toBe(grpc.status.OK);
  });

  test.each<[string, Record<string, string>]>([
    ["none", {}],
    ["a wrong one", bearer("tfs_wrong")],
    ["its hash", bearer(hash(keys.ada))],
    ["the digits of its hash", bearer(hash(keys.ada).slice(7))],
    ["a client's name", bearer("ada")],
    ["an empty one", { "x-api-key": "" }],
    ["as another scheme", { authorization: `Basic ${keys.ada}` }],
    ["as a list", { "x-api-key": `${keys.ada}, ${keys.ada}` }],
  ])("lets nobody in: %s", async (_, headers) => {
    const before = await reached();
    const refused = await ask(headers);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(await refused.json()).toEqual({ error: expect.stringContaining("key or token") });
    expect(await call(about("birds"), headers)).toBe(grpc.status.UNAUTHENTICATED);
    expect(await reached()).toBe(before);
  });

  test("is in no line of the log, which says whose it is", async () => {
    await ask({ ...bearer(keys.ada), "x-request-id": "whose" });
    expect(await logged("whose")).toMatchObject({ client: "ada", status: 200, refusal: "" });
    await ask({ ...bearer("tfs_wrong"), "x-request-id": "nobodys" });
    expect(await logged("nobodys")).toMatchObject({
      ...{ client: "", status: 401, refusal: "unauthenticated", replica: "" },
    });
    expect(logs(balancer.id)).not.toMatch(/tfs_/);
  });
});

describe("a token", () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: "service-7", exp: now + 600 };

  test.each([
    ["RS256", token(rsa, claims)],
    ["ES256", token(elliptic, claims)],
    ["with several audiences", token(rsa, { ...claims, aud: ["other", audience] })],
    ["that is valid since a moment", token(rsa, { ...claims, nbf: now })],
  ])("lets its subject in over REST and gRPC: %s", async (name, text) => {
    const headers = { ...bearer(text), "x-request-id": name.replaceAll(" ", "-") };
    expect(await status(headers)).toBe(200);
    expect(await logged(headers["x-request-id"])).toMatchObject({ client: "service-7" });
    expect(await call(about("birds"), bearer(text))).toBe(grpc.status.OK);
  });

  const good = token(rsa, claims);
  const [head, , signature] = good.split(".");
  const otherClaims = unsigned({}, { ...claims, sub: "ada" }).split(".")[1];
  test.each([
    ["expired", token(rsa, { ...claims, exp: now - 1 })],
    ["without an end", token(rsa, { ...claims, exp: undefined })],
    ["that is not valid yet", token(rsa, { ...claims, nbf: now + 600 })],
    ["of another issuer", token(rsa, { ...claims, iss: "https://login.example.org/" })],
    ["without an issuer", token(rsa, { ...claims, iss: undefined })],
    ["for others", token(rsa, { ...claims, aud: "training" })],
    [
      "for others, with the name in another's",
      token(rsa, { ...claims, aud: ['x,"serving"', "serving2"] }),
    ],
    ["for nobody", token(rsa, { ...claims, aud: undefined })],
    ["without a subject", token(rsa, { ...claims, sub: undefined })],
    ["of a key that is not the issuer's", token(strange, claims)],
    ["by the name of another key", token(rsa, claims, { kid: "two" })],
    ["without the name of a key", token(rsa, claims, { kid: undefined })],
    ["that names no algorithm", token(rsa, claims, { alg: "none" })],
    ["that takes the public key for a secret", confusedToken(rsa, claims)],
    ["without a signature", `${unsigned({ alg: "RS256", kid: "one" }, claims)}.`],
    ["with other claims", `${head}.${otherClaims}.${signature}`],
    ["that is none", "a.b.c"],
  ])("lets nobody in: %s", async (_, text) => {
    const before = await reached();
    expect(await status(bearer(text))).toBe(401);
    expect(await call(about("birds"), bearer(text))).toBe(grpc.status.UNAUTHENTICATED);
    expect(await reached()).toBe(before);
  });
});

describe("a client with rights", () => {
  const headers = bearer(keys.grace);

  test("calls what it may", async () => {
    expect(await status(headers)).toBe(200);
    expect(await status(headers, "/v1/models/birds/versions/7:predict")).toBe(200);
    expect(await call(about("birds"), headers)).toBe(grpc.status.OK);
  });

  test.each([
    "/v1/models/birds",
    "/v1/models/birds/metadata",
    "/v1/models/fish:predict",
    "/v1/models/birds:classify",
  ])("is refused %s, which others may call", async (path) => {
    expect(await status(headers, path)).toBe(403);
    expect(await status(bearer(keys.ada), path)).toBe(200);
  });

  const birds = Buffer.from("birds");
  const fish = Buffer.from("fish");
  test.each([
    ["another model", about("fish")],
    ["a model after the one that it may", Buffer.concat([about("birds"), about("fish")])],
    [
      "a name after the one that it may",
      field(1, Buffer.concat([field(1, birds), field(1, fish)])),
    ],
    ["no model", field(2, birds)],
    ["an empty message", Buffer.alloc(0)],
    ["what is no message", Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ["a model in another encoding", Buffer.concat([about("birds"), Buffer.from([0x0b])])],
  ])("is refused %s in a gRPC call", async (_, message) => {
    const before = await reached();
    expect(await call(message, headers)).toBe(grpc.status.PERMISSION_DENIED);
    expect(await reached()).toBe(before);
  });

  test("is refused other methods of gRPC", async () => {
    const methods = [
      "PredictionService/Classify",
      "PredictionService/MultiInference",
      "ModelService/GetModelStatus",
    ];
    for (const method of methods) {
      const answer = call(about("birds"), headers, `/tensorflow.serving.${method}`);
      expect(await answer, method).toBe(grpc.status.PERMISSION_DENIED);
    }
  });

  test("is read in large messages as well, in which the model comes last", async () => {
    const large = field(2, Buffer.alloc(16_000, 1));
    const many = Buffer.concat([...Array<Buffer>(40).fill(large), about("birds")]);
    expect(many.length).toBeGreaterThan(600_000);
    expect(await call(many, headers)).toBe(grpc.status.OK);
    expect(
      await call(
        Buffer.concat([about("birds"), ...Array<Buffer>(40).fill(large), about("fish")]),
        headers,
      ),
    ).toBe(grpc.status.PERMISSION_DENIED);
  });
});

describe("a request that is too large", () => {
  test("is refused, and the largest one is not", async () => {
    const headers = bearer(keys.ada);
    expect(await status(headers, undefined, "x".repeat(mb))).toBe(200);
    expect(await status(headers, undefined, "x".repeat(mb + 1))).toBe(413);
    expect(await call(Buffer.alloc(mb - 5), headers)).toBe(grpc.status.OK);
    expect(await call(Buffer.alloc(mb + 1), headers)).toBe(grpc.status.RESOURCE_EXHAUSTED);
  });
});

describe("a client with a limit", () => {
  const burst = (key: string) => Promise.all(Array.from({ length: 12 }, () => ask(bearer(key))));

  test("gets no more than it may in a second, and when to come again", async () => {
    const began = Date.now();
    const answers = await burst(keys.slow);
    const seconds = (Date.now() - began) / 1000;
    const good = answers.filter(({ status }) => status === 200).length;
    expect(good).toBeGreaterThanOrEqual(2);
    expect(good).toBeLessThanOrEqual(4 + 2 * seconds);
    const refused = answers.find(({ status }) => status !== 200)!;
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await status(bearer(keys.ada))).toBe(200);
    await until("it may ask again", async () => (await status(bearer(keys.slow))) === 200);
  });

  test("has used up over REST what it may over gRPC", async () => {
    // On a slow machine the second may be over before the call comes.
    await until("a call is refused", async () => {
      await burst(keys.slow);
      const found = await call(about("birds"), bearer(keys.slow));
      return found === grpc.status.RESOURCE_EXHAUSTED;
    });
  });

  test("makes one call at a time, over REST and gRPC together", async () => {
    const patient = await startEchoBalancer(balancerImage(), [{ serviceMs: 2000 }], {
      ...{ auth, maxRequestMb: 1 },
    });
    try {
      const headers = bearer(keys.single);
      const first = status(headers, undefined, undefined, patient);
      await until("it is under way", async () => (await patient.replicas[0].counts()).now === 1);
      expect(await status(headers, undefined, undefined, patient)).toBe(429);
      const overGrpc = await call(about("birds"), headers, undefined, patient);
      expect(overGrpc).toBe(grpc.status.RESOURCE_EXHAUSTED);
      expect(await first).toBe(200);
      expect(await status(headers, undefined, undefined, patient)).toBe(200);
    } finally {
      patient.remove();
    }
  });
});

describe("a browser of another site", () => {
  let open: EchoBalancer;
  beforeAll(async () => {
    open = await startEchoBalancer(balancerImage(), [{}], {
      auth,
      maxRequestMb: 1,
      server: { enableCors: true },
    });
  });
  afterAll(() => open?.remove());

  test("asks without a key what it may send, and sends nothing without one", async () => {
    const url = `http://127.0.0.1:${open.restPort}/v1/models/birds:predict`;
    const methods = ["OPTIONS", "POST"];
    const answers = await Promise.all(methods.map((method) => fetch(url, { method })));
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
  });
});

describe("the id of a request", () => {
  test.each([
    ["the client's", { "x-request-id": "a-b.c_1" }, "a-b.c_1"],
    ["its trace", { traceparent: `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01` }, "ab".repeat(16)],
  ])("is %s, and goes back", async (_, headers: Record<string, string>, id) => {
    const answer = await ask({ ...bearer(keys.ada), ...headers });
    expect(answer.headers.get("x-request-id")).toBe(id);
  });

  test("is a new one where the client's could be mistaken for something else", async () => {
    const answer = await ask({ ...bearer(keys.ada), "x-request-id": 'a"} {' });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
