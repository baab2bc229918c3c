import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as protoLoader from "@grpc/proto-loader";

/** Which model a call means: the latest version unless `version` or `label` is given. */
export interface ModelReference {
  model: string;
  version?: number;
  label?: string;
}

/** One Predict call with a single float32 input. */
export interface PredictCall extends ModelReference {
  /** Default: the server's own, serving_default. */
  signature?: string;
  /** The input's name in the signature. */
  input: string;
  /** Row-major values; as many as `shape` says. */
  data: ArrayLike<number>;
  shape: number[];
}

/** What Predict answered, and which model version it was. */
export interface Prediction {
  outputs: Record<string, { shape: number[]; data: number[] }>;
  model: string;
  version: number;
  signature: string;
}

/** State of one version, as ModelService names it: AVAILABLE, LOADING, END, ... */
export interface VersionStatus {
  version: number;
  state: string;
  status: { errorCode: number; errorMessage: string } | null;
}

/** A signature's inputs and outputs by name; -1 is a free dimension. */
export interface Signature {
  methodName: string;
  inputs: Record<string, { dtype: string; tensorShape: TensorShape }>;
  outputs: Record<string, { dtype: string; tensorShape: TensorShape }>;
}

/** A model for HandleReloadConfigRequest. */
export interface ModelConfig {
  name: string;
  basePath: string;
  versionLabels?: Record<string, number>;
}

interface TensorShape {
  dim: { size: number }[];
}

interface Tensor {
  tensorShape: TensorShape;
  tensorContent: Buffer;
  floatVal: number[];
}

interface Spec {
  name: string;
  version: { value: number } | null;
  signatureName: string;
}

const definition = protoLoader.loadSync("serving.proto", {
  includeDirs: [path.join(__dirname, "../../clients/protos")],
  longs: Number,
  enums: String,
  defaults: true,
});

const services = (
  grpc.loadPackageDefinition(definition) as unknown as {
    tensorflow: { serving: Record<string, grpc.ServiceClientConstructor> };
  }
).tensorflow.serving;

const signatureDefMap = definition[
  "tensorflow.serving.SignatureDefMap"
] as protoLoader.MessageTypeDefinition<object, { signatureDef: Record<string, Signature> }>;

/** A gRPC connection to a TensorFlow Serving server or a load balancer in front of several. */
export class ServingClient {
  private readonly prediction: grpc.Client;
  private readonly models: grpc.Client;

  /** `address` is HOST:PORT, without TLS. */
  constructor(address: string) {
    const size = 2 ** 31 - 1;
    const limits = {
      "grpc.max_receive_message_length": size,
      "grpc.max_send_message_length": size,
    };
    const credentials = grpc.credentials.createInsecure();
    this.prediction = new services.PredictionService(address, credentials, limits);
    this.models = new services.ModelService(address, credentials, limits);
  }

  /** Runs a signature; rejects with a grpc.ServiceError (`code`, `details`). */
  async predict(call: PredictCall): Promise<Prediction> {
    const { outputs, modelSpec } = await answerOf<{
      outputs: Record<string, Tensor>;
      modelSpec: Spec;
    }>(this.prediction, "Predict", predictRequest(call));
    return {
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, floats(tensor)]),
      ),
      model: modelSpec.name,
      version: modelSpec.version?.value ?? 0,
      signature: modelSpec.signatureName,
    };
  }

  /** Every known version of a model, newest first. */
  async getModelStatus(reference: ModelReference): Promise<VersionStatus[]> {
    const request = { modelSpec: spec(reference) };
    const answer = await answerOf<{ modelVersionStatus: VersionStatus[] }>(
      this.models,
      "GetModelStatus",
      request,
    );
    return answer.modelVersionStatus;
  }

  /** A model's signatures by name, and the version that they belong to. */
  async getModelMetadata(
    reference: ModelReference,
  ): Promise<{ version: number; signatures: Record<string, Signature> }> {
    const request = { modelSpec: spec(reference), metadataField: ["signature_def"] };
    const { modelSpec, metadata } = await answerOf<{
      modelSpec: Spec;
      metadata: Record<string, { value: Buffer }>;
    }>(this.prediction, "GetModelMetadata", request);
    const { signatureDef } = signatureDefMap.deserialize(metadata.signature_def.value);
    return { version: modelSpec.version?.value ?? 0, signatures: signatureDef };
  }

  /** Replaces the server's whole list of models; rejects with a grpc.ServiceError. */
  async reloadConfig(models: ModelConfig[]): Promise<void> {
    const config = models.map((model) => ({ ...model, modelPlatform: "tensorflow" }));
    const request = { config: { modelConfigList: { config } } };
    await answerOf(this.models, "HandleReloadConfigRequest", request);
  }

  close(): void {
    this.prediction.close();
    this.models.close();
  }
}

function answerOf<T>(client: grpc.Client, method: string, request: object): Promise<T> {
  const { path: at, requestSerialize, responseDeserialize } = serviceOf(method)[method];
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<object, T>(
      at,
      requestSerialize,
      responseDeserialize,
      request,
      { deadline: Date.now() + 30_000 },
      (error, response) => (error ? reject(error) : resolve(response!)),
    );
  });
}

function serviceOf(method: string): grpc.ServiceDefinition {
  const all = [services.PredictionService.service, services.ModelService.service];
  return all.find((service) => method in service)!;
}

function spec({ model, version, label }: ModelReference, signatureName?: string) {
  return {
    name: model,
    ...(signatureName === undefined ? {} : { signatureName }),
    ...(version === undefined ? {} : { version: { value: version } }),
    ...(label === undefined ? {} : { versionLabel: label }),
  };
}

function predictRequest(call: PredictCall) {
  const tensor = {
    dtype: "DT_FLOAT",
    tensorShape: { dim: call.shape.map((size) => ({ size })) },
    tensorContent: Buffer.from(Float32Array.from(call.data).buffer),
  };
  return { modelSpec: spec(call, call.signature), inputs: { [call.input]: tensor } };
}

function floats({ tensorShape, tensorContent: bytes, floatVal }: Tensor) {
  const packed = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
  const shape = (tensorShape?.dim ?? []).map(({ size }) => size);
  return { shape, data: packed.length > 0 ? packed : floatVal };
}

/** Paths of the two calls. */
export const predictMethod = "/tensorflow.serving.PredictionService/Predict";
export const modelStatusMethod = "/tensorflow.serving.ModelService/GetModelStatus";

/**
 * A Predict call as bytes, for those who send it often.
 *
 * @example { method: predictMethod, request: serializePredict({ ... }) }
 */
export function serializePredict(call: PredictCall): Buffer {
  return serviceOf("Predict").Predict.requestSerialize(predictRequest(call));
}

/** A GetModelStatus call as bytes. */
export function serializeModelStatus(reference: ModelReference): Buffer {
  const { requestSerialize } = serviceOf("GetModelStatus").GetModelStatus;
  return requestSerialize({ modelSpec: spec(reference) });
}

/** Opens a connection lazily, as gRPC does; `close` ends it. */
export function connect(address: string): ServingClient {
  return new ServingClient(address);
}
