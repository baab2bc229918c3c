/** A call of TensorFlow Serving's API, as REST and gRPC name it. */
interface Call {
  /** What stands after the model in the path of REST. @default - REST has no such call */
  readonly rest?: string;
  /** Full names of the methods of gRPC. */
  readonly grpc: readonly string[];
}

/**
 * What clients may ask of a service, by its one name for REST and gRPC. All else on the server's
 * ports is for its administrators: reloads of its configuration, the profiler, raw sessions.
 *
 * @see https://www.tensorflow.org/tfx/serving/api_rest
 * @see https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis
 */
export const verbs = {
  predict: { rest: ":predict", grpc: ["tensorflow.serving.PredictionService/Predict"] },
  classify: { rest: ":classify", grpc: ["tensorflow.serving.PredictionService/Classify"] },
  regress: { rest: ":regress", grpc: ["tensorflow.serving.PredictionService/Regress"] },
  multiInference: { grpc: ["tensorflow.serving.PredictionService/MultiInference"] },
  metadata: {
    rest: "/metadata",
    grpc: ["tensorflow.serving.PredictionService/GetModelMetadata"],
  },
  status: { rest: "", grpc: ["tensorflow.serving.ModelService/GetModelStatus"] },
} as const satisfies Record<string, Call>;

export type Verb = keyof typeof verbs;
export const verbNames = Object.keys(verbs) as Verb[];

/** Methods of gRPC that every client may call: they tell of the server, and of no model. */
export const healthMethods = ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"];
