import * as pulumi from "@pulumi/pulumi";
import type { Signature } from "../tfserving/savedModel";
import type { ServerOptions } from "../tfserving/serverOptions";

/** How good an image was, as a ModelEvaluation has found it. */
export interface EvaluationRecord {
  /** The image, by the name that it was given by. */
  image: string;
  /** Name of the metric. */
  metric: string;
  /** Its value, over all examples. */
  value: number;
  /** Number of examples. */
  examples: number;
  /** Hash of the data and of how it was asked: values with the same one can be compared. */
  data: string;
}

/** Arguments of a ModelEvaluation. */
export interface ModelEvaluationArgs {
  /** Serving image that the engine has, by name: `ServingImage.imageName`. */
  image: pulumi.Input<string>;

  /** Name of the model in URLs, as given to the ServingImage. */
  modelName: string;

  /** What the model takes and gives: `ServingImage.signature`. */
  signature: pulumi.Input<Signature>;

  /** Name of that signature. @default "serving_default" */
  signatureName?: string;

  /**
   * Held-out data: a file or folder, relative to the program's folder. A `.jsonl` has an example on
   * each line, a `.json` a list of them: `{"instance": ..., "label": ...}` with a row of a request for
   * :predict, or `{"file": PICTURE, "classIndex": N}` with a picture that lies beside the list;
   * `{"instances": [...], "labels": [...]}` is the same. A folder holds one such file.
   */
  data: string;

  /**
   * How answers are compared with labels. Labels are indexes of classes for `accuracy` (the best
   * class, or a class that the model itself names), `top5Accuracy` (among the best 5, or any number
   * from 2) and `logLoss` (natural logarithm), and numbers or lists of them for `meanAbsoluteError`.
   */
  metric: string;

  /**
   * The signature's output that counts. @default - its only one; of several, for classes, the only
   * vector among them
   */
  output?: string;

  /**
   * Smallest value that is good enough, 0 to 1; for the metrics of which more is better.
   * @default - any
   */
  atLeast?: number;

  /**
   * Largest value that is good enough; for `logLoss` and `meanAbsoluteError`, of which less is
   * better. @default - any
   */
  atMost?: number;

  /**
   * How much worse than the model that serves it may be, in the metric's own unit; 0 for not at all.
   * @default - the two are not compared
   */
  notWorseBy?: number;

  /**
   * The image that serves, by name. It is asked too where `notWorseBy` is set and `recorded` has no
   * value of it on the same data; where the engine does not have it there is nothing to compare with.
   * @default - nothing serves yet
   */
  servedImage?: string;

  /**
   * What earlier updates have found (the output `record`). An image that is among them, with the same
   * data and metric, is not asked again. @default - it is asked at each update
   */
  recorded?: EvaluationRecord[];

  /** CPUs that the server may use, 0.1 or more; no more than the engine has. @default 1 */
  cpus?: number;

  /** Memory limit of the server, in MiB, 64 or more. @default 2048 */
  memoryMb?: number;

  /**
   * GPUs that the server sees, "all" or "device=0,2", as of a DockerModelService on the same engine.
   * @default - none
   */
  gpus?: string;

  /** Flags of TensorFlow Serving, as of the service. @default - see ServerOptions */
  server?: ServerOptions;

  /** How long the start and all answers may take, in seconds, 1 to 86400. @default 600 */
  timeoutSeconds?: number;

  /**
   * Address of the Docker Engine. @default - that of the component's Docker provider, else the one
   * that `docker ps` asks
   */
  host?: pulumi.Input<string>;

  /** Further arguments of ssh where `host` is an `ssh://` address. @default - none */
  sshOptions?: pulumi.Input<string[]>;
}

/** Defaults of ModelEvaluationArgs. */
export const modelEvaluationDefaults = {
  signatureName: "serving_default",
  cpus: 1,
  memoryMb: 2048,
  timeoutSeconds: 600,
} satisfies Partial<ModelEvaluationArgs>;

export type ResolvedEvaluationArgs = ModelEvaluationArgs & typeof modelEvaluationDefaults;
