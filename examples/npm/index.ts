import * as pulumi from "@pulumi/pulumi";
import { DockerModelService, ServingImage } from "@tf-model-serving/core";

const config = new pulumi.Config();
const modelName = config.require("modelName");
const modelFolder = config.require("modelFolder");
const baseImage = config.get("baseImage");
const balancerImage = config.get("balancerImage");

const { imageId: image } = new ServingImage("flowers", { modelFolder, modelName, baseImage });
const places = { serviceName: "flowers", restPort: 9501 };
const args = { image, modelName, balancerImage, replicas: 2, ...places };
export const { restUrl } = new DockerModelService("flowers", args);
