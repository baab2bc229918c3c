import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as protoLoader from "@grpc/proto-loader";
import * as protobuf from "protobufjs";

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
  /** Milliseconds; default 30000. */
  timeout?: number;
}

/** A float tensor of an answer. */
export interface FloatTensor {
  shape: number[];
  data: number[];
}

/** What Predict answered, and which model version it was. */
export interface Prediction {
  outputs: Record<string, FloatTensor>;
  model: string;
  version: number;
  signature: string;
}

/** State of one version, as ModelService names it: AVAILABLE, LOADING, END, ... */
export interface VersionStatus {
  version: number;
  state: string;
  errorCode: number;
  errorMessage: string;
}

/** A signature's inputs and outputs by name; -1 is a free dimension. */
export interface Signature {
  methodName: string;
  inputs: Record<string, { dtype: string; shape: number[] }>;
  outputs: Record<string, { dtype: string; shape: number[] }>;
}

/** A model for HandleReloadConfigRequest. */
export interface ModelConfig {
  name: string;
  basePath: string;
  labels?: Record<string, number>;
}

interface TensorMessage {
  tensor_shape?: { dim?: { size: number }[] };
  tensor_content?: Buffer;
  float_val?: number[];
}

interface SpecMessage {
  name: string;
  version?: { value: number };
  signature_name: string;
}

const folder = path.join(__dirname, "protos");
const maxMessage = 2 ** 31 - 1;

function loadServices() {
  const definition = protoLoader.loadSync("serving.proto", {
    includeDirs: [folder],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
  });
  const loaded = grpc.loadPackageDefinition(definition) as unknown as {
    tensorflow: { serving: Record<string, grpc.ServiceClientConstructor> };
  };
  return loaded.tensorflow.serving;
}

function signatureDefMap(): protobuf.Type {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    target.startsWith("google/") ? target : path.join(folder, path.basename(target));
  root.loadSync("serving.proto", { keepCase: true });
  return root.lookupType("tensorflow.serving.SignatureDefMap");
}

function spec(reference: ModelReference, signature?: string) {
  return {
    name: reference.model,
    ...(signature === undefined ? {} : { signature_name: signature }),
    ...(reference.version === undefined ? {} : { version: { value: reference.version } }),
    ...(reference.label === undefined ? {} : { version_label: reference.label }),
  };
}

function floats(tensor: TensorMessage): FloatTensor {
  const content = tensor.tensor_content;
  const data =
    content && content.length > 0
      ? Array.from({ length: content.length / 4 }, (_, index) => content.readFloatLE(index * 4))
      : (tensor.float_val ?? []);
  return { shape: (tensor.tensor_shape?.dim ?? []).map((dim) => dim.size), data };
}

/** A gRPC connection to a TensorFlow Serving server or a load balancer in front of several. */
export class ServingClient {
  private readonly prediction: grpc.Client;
  private readonly models: grpc.Client;
  private readonly definitions = loadServices();

  /** `address` is HOST:PORT, without TLS. */
  constructor(address: string) {
    const options = {
      "grpc.max_receive_message_length": maxMessage,
      "grpc.max_send_message_length": maxMessage,
    };
    const credentials = grpc.credentials.createInsecure();
    this.prediction = new this.definitions["PredictionService"]!(address, credentials, options);
    this.models = new this.definitions["ModelService"]!(address, credentials, options);
  }

  private call<T>(client: grpc.Client, method: string, request: object, timeout = 30_000) {
    const invoke = (client as unknown as Record<string, grpc.ClientUnaryCall | undefined>)[
      method
    ] as unknown as (
      request: object,
      options: grpc.CallOptions,
      done: (error: grpc.ServiceError | null, response: T) => void,
    ) => void;
    return new Promise<T>((resolve, reject) => {
      invoke.call(client, request, { deadline: Date.now() + timeout }, (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  }

  /** Runs a signature; rejects with a grpc.ServiceError (`code`, `details`). */
  async predict(call: PredictCall): Promise<Prediction> {
    const content = Buffer.from(Float32Array.from(call.data).buffer);
    const tensor = {
      dtype: "DT_FLOAT",
      tensor_shape: { dim: call.shape.map((size) => ({ size })) },
      tensor_content: content,
    };
    const response = await this.call<{
      outputs: Record<string, TensorMessage>;
      model_spec: SpecMessage;
    }>(
      this.prediction,
      "Predict",
      { model_spec: spec(call, call.signature), inputs: { [call.input]: tensor } },
      call.timeout,
    );
    return {
      outputs: Object.fromEntries(
        Object.entries(response.outputs).map(([name, output]) => [name, floats(output)]),
      ),
      model: response.model_spec.name,
      version: response.model_spec.version?.value ?? 0,
      signature: response.model_spec.signature_name,
    };
  }

  /** Every known version of a model, newest first. */
  async getModelStatus(reference: ModelReference): Promise<VersionStatus[]> {
    const response = await this.call<{
      model_version_status: {
        version: number;
        state: string;
        status: { error_code: number; error_message: string } | null;
      }[];
    }>(this.models, "GetModelStatus", { model_spec: spec(reference) });
    return response.model_version_status.map((status) => ({
      version: status.version,
      state: status.state,
      errorCode: status.status?.error_code ?? 0,
      errorMessage: status.status?.error_message ?? "",
    }));
  }

  /** A model's signatures by name, and the version that they belong to. */
  async getModelMetadata(
    reference: ModelReference,
  ): Promise<{ version: number; signatures: Record<string, Signature> }> {
    const response = await this.call<{
      model_spec: SpecMessage;
      metadata: Record<string, { value: Buffer }>;
    }>(this.prediction, "GetModelMetadata", {
      model_spec: spec(reference),
      metadata_field: ["signature_def"],
    });
    const type = signatureDefMap();
    const decoded = type.toObject(type.decode(response.metadata["signature_def"]!.value), {
      longs: Number,
      enums: String,
      arrays: true,
      objects: true,
    }) as { signature_def: Record<string, RawSignature> };
    return {
      version: response.model_spec.version?.value ?? 0,
      signatures: Object.fromEntries(
        Object.entries(decoded.signature_def).map(([name, signature]) => [
          name,
          {
            methodName: signature.method_name,
            inputs: tensorInfos(signature.inputs),
            outputs: tensorInfos(signature.outputs),
          },
        ]),
      ),
    };
  }

  /** Replaces the server's whole list of models; rejects with a grpc.ServiceError. */
  async reloadConfig(models: ModelConfig[], timeout?: number): Promise<void> {
    const config = models.map((model) => ({
      name: model.name,
      base_path: model.basePath,
      model_platform: "tensorflow",
      version_labels: model.labels ?? {},
    }));
    await this.call<unknown>(
      this.models,
      "HandleReloadConfigRequest",
      { config: { model_config_list: { config } } },
      timeout,
    );
  }

  close(): void {
    this.prediction.close();
    this.models.close();
  }
}

interface RawSignature {
  method_name: string;
  inputs: Record<string, RawTensorInfo>;
  outputs: Record<string, RawTensorInfo>;
}

interface RawTensorInfo {
  dtype: string;
  tensor_shape?: { dim: { size: number }[] };
}

function tensorInfos(infos: Record<string, RawTensorInfo>) {
  return Object.fromEntries(
    Object.entries(infos).map(([name, info]) => [
      name,
      { dtype: info.dtype, shape: (info.tensor_shape?.dim ?? []).map((dim) => dim.size) },
    ]),
  );
}

/**
 * A Predict call as bytes, for those who send it often.
 *
 * @example { method: predictMethod, request: serializePredict({ ... }) }
 */
export function serializePredict(call: PredictCall): Buffer {
  const content = Buffer.from(Float32Array.from(call.data).buffer);
  const tensor = {
    dtype: "DT_FLOAT",
    tensor_shape: { dim: call.shape.map((size) => ({ size })) },
    tensor_content: content,
  };
  const request = { model_spec: spec(call, call.signature), inputs: { [call.input]: tensor } };
  return serializer("PredictionService", "Predict")(request);
}

/** A GetModelStatus call as bytes. */
export function serializeModelStatus(reference: ModelReference): Buffer {
  return serializer("ModelService", "GetModelStatus")({ model_spec: spec(reference) });
}

/** Paths of the two calls. */
export const predictMethod = "/tensorflow.serving.PredictionService/Predict";
export const modelStatusMethod = "/tensorflow.serving.ModelService/GetModelStatus";

function serializer(service: string, method: string): (request: object) => Buffer {
  return loadServices()[service]!.service[method]!.requestSerialize;
}

/** Opens a connection lazily, as gRPC does; `close` ends it. */
export function connect(address: string): ServingClient {
  return new ServingClient(address);
}
