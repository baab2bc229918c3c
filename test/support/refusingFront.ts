import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";

const predictPath = "/tensorflow.serving.PredictionService/Predict";
const asIs = (bytes: Buffer) => bytes;
const unlimited = { "grpc.max_receive_message_length": -1 };

/** Stands before a service, and can say that nothing is ready in its place. */
export interface RefusingFront {
  /** `http://HOST:PORT`. */
  restUrl: string;
  grpcAddress: string;
  /** Refuses that many calls from now on, and passes the others on. */
  refuse(calls: number): void;
  /** How many calls came since then. */
  calls(): number;
  close(): void;
}

/** Refuses as the balancer does without a replica: 503 for REST, UNAVAILABLE for gRPC. */
export async function startRefusingFront(
  restPort: number,
  grpcPort: number,
): Promise<RefusingFront> {
  let [refusals, calls] = [0, 0];
  const isRefused = () => ++calls <= refusals;

  const rest = http.createServer((request, response) => {
    if (isRefused()) {
      // Read first, as HAProxy does: a client that still sends would see a broken connection.
      request.resume().on("end", () => response.writeHead(503).end());
      return;
    }
    const { method, url: path, headers } = request;
    const passed = http.request({ port: restPort, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed.on("error", () => response.destroy()));
  });
  await once(rest.listen(0, "127.0.0.1"), "listening");

  const behind = new grpc.Client(
    `127.0.0.1:${grpcPort}`,
    grpc.credentials.createInsecure(),
    unlimited,
  );
  const method = {
    ...{ path: predictPath, requestStream: false as const, responseStream: false as const },
    ...{ requestSerialize: asIs, requestDeserialize: asIs },
    ...{ responseSerialize: asIs, responseDeserialize: asIs },
  };
  const server = new grpc.Server(unlimited);
  server.addService(
    { predict: method },
    {
      predict: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
        if (isRefused()) {
          done({ code: grpc.status.UNAVAILABLE, details: "no replica is ready" });
        } else {
          behind.makeUnaryRequest(predictPath, asIs, asIs, call.request, done);
        }
      },
    },
  );
  const port = await promisify(server.bindAsync.bind(server))(
    "127.0.0.1:0",
    grpc.ServerCredentials.createInsecure(),
  );

  return {
    restUrl: `http://127.0.0.1:${(rest.address() as AddressInfo).port}`,
    grpcAddress: `127.0.0.1:${port}`,
    refuse: (count) => {
      [refusals, calls] = [count, 0];
    },
    calls: () => calls,
    close: () => {
      rest.close();
      server.forceShutdown();
      behind.close();
    },
  };
}
