import * as pulumi from "@pulumi/pulumi";
import { DockerModelService, DockerNotebook, ServingImage } from "@tf-model-serving/core";
import { GpuHost, notebookFolder } from "@tf-model-serving/aws";

const config = new pulumi.Config();
const modelName = config.require("modelName");

const gpu = new GpuHost("gpu", {
  subnetId: config.require("subnetId"),
  instanceType: config.require("instanceType"),
  public: config.getBoolean("public"),
  idleStopMinutes: config.getNumber("idleStopMinutes"),
});

const image = new ServingImage(
  "serving",
  {
    modelFolder: config.require("modelFolder"),
    modelName,
    baseImage: "tensorflow/serving:2.19.1-gpu",
    gpus: "all",
  },
  gpu.options(),
);

const model = new DockerModelService(
  "serving",
  {
    image: image.imageId,
    modelName,
    modelVersion: image.modelVersion,
    // A replica takes all the memory of the GPUs that it sees.
    replicas: 1,
    gpus: "all",
    memoryMb: 8192,
    startTimeoutSeconds: 180,
    host: gpu.host,
    sshOptions: gpu.sshOptions,
  },
  gpu.options(),
);

const notebook = new DockerNotebook(
  "notebook",
  {
    networkName: model.networkName,
    restUrl: model.networkRestUrl,
    grpcAddress: model.networkGrpcAddress,
    modelName,
    folder: notebookFolder,
    remoteHost: true,
  },
  gpu.options(),
);

export const tunnelCommand = gpu.tunnelCommand;
export const restUrl = model.restUrl;
export const notebookUrl = notebook.url;
