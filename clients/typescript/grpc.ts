// Asks for the class of a picture over gRPC: npx tsx grpc.ts HOST:8500 MODEL PICTURE
import * as path from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import * as protoLoader from "@grpc/proto-loader";
import { authority, headers } from "./caller";
import { readPicture, say } from "./picture";

type Answer = { outputs: { probabilities: { floatVal: number[] } } };
type Predict = (
  request: object,
  metadata: grpc.Metadata,
  options: grpc.CallOptions,
  callback: grpc.requestCallback<Answer>,
) => void;

const options: grpc.ChannelOptions = {
  // UNAVAILABLE: no replica took the call. A prediction changes nothing, so that it may be sent again.
  "grpc.service_config": JSON.stringify({
    loadBalancingConfig: [],
    methodConfig: [
      {
        name: [{}],
        retryPolicy: {
          ...{ maxAttempts: 4, initialBackoff: "0.2s", maxBackoff: "2s", backoffMultiplier: 2 },
          retryableStatusCodes: ["UNAVAILABLE"],
        },
      },
    ],
  }),
  // Larger calls are not sent again; the default is 1 MiB, less than two pictures.
  "grpc.per_rpc_retry_buffer_size": 16 << 20,
  // Answers over the default of 4 MiB are thrown away after all of the work.
  "grpc.max_receive_message_length": 64 << 20,
  // Finds connections that something on the way forgot: Docker's VIP does after 900 s, others earlier.
  "grpc.keepalive_time_ms": 120_000,
  "grpc.keepalive_timeout_ms": 20_000,
  "grpc.keepalive_permit_without_calls": 1,
};
/** What a call and its retries may take together. Without it a call may wait for ever. */
const deadlineMs = 20_000;

const definition = protoLoader.loadSync("serving.proto", {
  includeDirs: [path.join(__dirname, "../protos")],
});
const { tensorflow } = grpc.loadPackageDefinition(definition) as unknown as {
  tensorflow: { serving: { PredictionService: grpc.ServiceClientConstructor } };
};

async function main(address: string, model: string, picture: string): Promise<void> {
  const { pixels, shape } = await readPicture(picture);
  const images = {
    dtype: "DT_FLOAT",
    tensorShape: { dim: shape.map((size) => ({ size })) },
    tensorContent: Buffer.from(pixels.buffer),
  };
  // One for the life of a program.
  const client = new tensorflow.serving.PredictionService(
    address,
    authority ? grpc.credentials.createSsl(authority) : grpc.credentials.createInsecure(),
    options,
  );
  try {
    const predict = promisify((client.Predict as Predict).bind(client));
    const request = { modelSpec: { name: model }, inputs: { images } };
    const metadata = grpc.Metadata.fromHttp2Headers(headers);
    const answer = await predict(request, metadata, { deadline: Date.now() + deadlineMs });
    say(answer!.outputs.probabilities.floatVal);
  } finally {
    client.close();
  }
}

const [address, model, picture] = process.argv.slice(2);
void main(address, model, picture);
