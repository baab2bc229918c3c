import "../../../../program/stackTraces";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  DockerModelService,
  engineProviderArgs,
  inspectEngine,
  ServingImage,
  usualEngine,
} from "@tf-model-serving/core";

const config = new pulumi.Config();
const baseImage = config.require("baseImage");
const balancerImage = config.require("balancerImage");

function serve(name: string, provider: docker.Provider) {
  const options = { provider };
  const modelName = "my_model";
  const modelFolder = config.require(`${name}Folder`);
  const { imageId } = new ServingImage(name, { modelFolder, modelName, baseImage }, options);
  return new DockerModelService(
    name,
    {
      ...{ image: imageId, modelName, balancerImage, serviceName: name },
      restPort: config.requireNumber(`${name}Port`),
      ...{ replicas: 1, drainSeconds: 1 },
    },
    options,
  );
}

export = async () => {
  const { host } = await inspectEngine(usualEngine());
  const provider = new docker.Provider("docker", engineProviderArgs(host));
  return {
    host,
    first: serve("first", provider).restUrl,
    second: serve("second", provider).restUrl,
  };
};
