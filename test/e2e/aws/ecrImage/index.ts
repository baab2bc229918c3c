import * as pulumi from "@pulumi/pulumi";
import { EcrImage } from "../../../../components/aws/image/ecrImage";

const config = new pulumi.Config();
const registry = config.require("registry");
const image = new EcrImage("serving", {
  image: config.require("image"),
  repositoryName: "reef",
  repositoryUrl: `${registry}/reef`,
  registryUrl: `http://${registry}`,
  userName: config.require("userName"),
  password: pulumi.secret(process.env.REGISTRY_PASSWORD ?? ""),
});

export const reference = image.reference;
