import * as pulumi from "@pulumi/pulumi";
import { DockerModelService, ServingImage } from "@tf-model-serving/core";

/** What a team says of its model. */
export interface TeamModelArgs {
  /** Folder that holds a folder per model. */
  modelFolder: string;
  /** Name of the model, its folder in `modelFolder`. */
  modelName: string;
  /** Port of 127.0.0.1 for REST. */
  restPort: number;
  /** @default 2 */
  replicas?: number;
  /** TensorFlow Serving image to build on. @default - that of ServingImage */
  baseImage?: string;
  /** HAProxy image. @default - that of DockerModelService */
  balancerImage?: string;
}

/** A team's model as this company runs it: requests in batches, releases with a drain of two seconds. */
export class TeamModel extends pulumi.ComponentResource {
  /** REST base URL. */
  readonly restUrl: pulumi.Output<string>;

  constructor(name: string, args: TeamModelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("reef:index:TeamModel", name, {}, opts);
    const child = { parent: this };
    const { modelFolder, modelName, baseImage, ...places } = args;
    const image = new ServingImage(name, { modelFolder, modelName, baseImage }, child);
    const service = new DockerModelService(
      name,
      {
        ...{ image: image.imageId, modelName, serviceName: name, ...places },
        ...{ replicas: args.replicas ?? 2, drainSeconds: 2 },
        server: { batching: { maxBatchSize: 8, batchTimeoutMicros: 1000 } },
      },
      child,
    );
    this.restUrl = service.restUrl;
    this.registerOutputs({ restUrl: this.restUrl });
  }
}
