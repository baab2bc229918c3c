// @ts-check
import http from "node:http";
import grpc from "@grpc/grpc-js";
import protobuf from "protobufjs";

/**
 * What came of a request: the model version that the answer named, if any.
 * Rejects with an Error whose message is the reason that gets counted.
 *
 * @typedef {() => Promise<string | undefined>} Send
 *
 * @typedef {{ send: Send, close: () => void }} Sender
 */

const maxMessage = 2 ** 31 - 1;
// A version stands near the beginning or nowhere; an error's text is enough to know it by.
const readBytes = 4096;
const reasonCharacters = 160;

/**
 * REST, over kept-alive connections unless told otherwise. Anything but status 200 is a failure, as is a
 * connection that ends or an answer that takes too long.
 *
 * @param {import("../load.ts").RestTarget} target
 * @param {{ connections: number, timeoutMs: number }} limits
 * @returns {Sender}
 */
export function restSender(target, { connections, timeoutMs }) {
  const agent = new http.Agent({ keepAlive: target.keepAlive ?? true, maxSockets: connections });
  const url = new URL(target.url);
  const body = target.body === undefined ? undefined : Buffer.from(target.body);
  const pattern =
    target.versionPattern === undefined ? undefined : new RegExp(target.versionPattern);
  const options = {
    agent,
    method: body ? "POST" : "GET",
    host: url.hostname,
    port: url.port,
    path: url.pathname + url.search,
    headers: {
      ...target.headers,
      ...(body && { "content-type": "application/json", "content-length": body.length }),
    },
  };
  const send = () =>
    /** @type {Promise<string | undefined>} */ (
      new Promise((resolve, reject) => {
        const request = http.request(options);
        const timer = setTimeout(
          () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)),
          timeoutMs,
        );
        /** @param {string} reason */
        const fail = (reason) => {
          clearTimeout(timer);
          reject(new Error(reason));
        };
        // A server that closes an idle connection just as a request comes is a failure of its own.
        request.on("error", (/** @type {Error & { code?: string }} */ { code, message }) =>
          fail(
            code && request.reusedSocket ? `${code} on a kept-alive connection` : code || message,
          ),
        );
        request.on("response", (response) => {
          /** @type {Buffer[]} */
          const chunks = [];
          let kept = 0;
          const keeps = pattern !== undefined || response.statusCode !== 200;
          response.on("data", (chunk) => {
            if (keeps && kept < readBytes) {
              chunks.push(chunk);
              kept += chunk.length;
            }
          });
          response.on("error", (/** @type {Error & { code?: string }} */ { code, message }) =>
            fail(code ? "the answer ended before its end" : message),
          );
          response.on("close", () => {
            clearTimeout(timer);
            const text = Buffer.concat(chunks).toString("utf8");
            if (!response.complete) {
              // `error` came before it.
              return;
            } else if (response.statusCode !== 200) {
              fail(`HTTP ${response.statusCode}: ${oneLine(text)}`);
            } else {
              resolve(pattern?.exec(text)?.[1]);
            }
          });
        });
        request.end(body);
      })
    );
  return { send, close: () => agent.destroy() };
}

/**
 * Unary gRPC calls whose message was serialized by the caller. Any status but OK
 * is a failure.
 *
 * @param {import("../load.ts").GrpcTarget} target
 * @param {{ connections: number, timeoutMs: number }} limits
 * @returns {Sender}
 */
export function grpcSender(target, { connections, timeoutMs }) {
  const request = Buffer.from(target.request);
  const clients = Array.from(
    { length: connections },
    () =>
      new grpc.Client(target.address, grpc.credentials.createInsecure(), {
        "grpc.max_receive_message_length": maxMessage,
        "grpc.max_send_message_length": maxMessage,
        // Else all clients of one address share a connection.
        "grpc.use_local_subchannel_pool": 1,
      }),
  );
  const names = target.method.startsWith("/tensorflow.serving.PredictionService/");
  const metadata = grpc.Metadata.fromHttp2Headers(target.headers ?? {});
  let next = 0;
  const send = () =>
    /** @type {Promise<string | undefined>} */ (
      new Promise((resolve, reject) => {
        const client = clients[next++ % clients.length];
        client.makeUnaryRequest(
          target.method,
          (/** @type {Buffer} */ message) => message,
          (/** @type {Buffer} */ answer) => (names ? answeredVersion(answer) : undefined),
          request,
          metadata,
          { deadline: Date.now() + timeoutMs },
          (error, version) => {
            if (error) reject(new Error(`${grpc.status[error.code]}: ${oneLine(error.details)}`));
            else resolve(version);
          },
        );
      })
    );
  return { send, close: () => clients.forEach((client) => client.close()) };
}

/**
 * The version in a PredictResponse, whose tensors are skipped unread:
 * model_spec = 2, in it version = 2, in it value = 1.
 *
 * @param {Uint8Array} message
 * @returns {string | undefined}
 */
function answeredVersion(message) {
  const value = [2, 2].reduce(
    (/** @type {Uint8Array | undefined} */ outer, number) => outer && field(outer, number),
    message,
  );
  if (!value) return undefined;
  const reader = protobuf.Reader.create(value);
  return reader.len > 0 && reader.uint32() >>> 3 === 1 ? String(reader.int64()) : undefined;
}

/**
 * @param {Uint8Array} message
 * @param {number} number - of a field that holds a message
 * @returns {Uint8Array | undefined}
 */
function field(message, number) {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((number << 3) | 2)) return reader.bytes();
    reader.skipType(tag & 7);
  }
  return undefined;
}

/** @param {string} text */
function oneLine(text) {
  // Ports and addresses of a connection would make every failure one of its own.
  return text
    .replace(/\s+/g, " ")
    .replace(/\b\d+\.\d+\.\d+\.\d+:\d+/g, "HOST:PORT")
    .slice(0, reasonCharacters);
}
