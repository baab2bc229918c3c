import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as tfserving from "@tf-model-serving/tfserving";

const config = new pulumi.Config();

const host = new docker.Provider("docker", {
  host: config.get("host") ?? "unix:///var/run/docker.sock",
});

const image = new tfserving.ServingImage(
  "flowers",
  {
    modelFolder: config.require("modelFolder"),
    modelName: config.require("modelName"),
    baseImage: config.get("baseImage"),
  },
  { providers: [host] },
);

const service = new tfserving.DockerModelService(
  "flowers",
  {
    image: image.imageId,
    modelName: config.require("modelName"),
    replicas: 2,
    restPort: 9501,
    serviceName: "flowers",
    balancerImage: config.get("balancerImage"),
    server: { batching: { maxBatchSize: 8, batchTimeoutMicros: 1000 } },
  },
  { providers: [host] },
);

export const restUrl = service.restUrl;
export const modelVersion = image.modelVersion;
