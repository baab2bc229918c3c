import * as pulumi from "@pulumi/pulumi";
import { TeamModel } from "./teamModel";

const config = new pulumi.Config();
const model = {
  modelFolder: config.require("modelFolder"),
  modelName: config.require("modelName"),
  baseImage: config.get("baseImage"),
  balancerImage: config.get("balancerImage"),
};

const flowers = new TeamModel("flowers", { ...model, restPort: 9501 });
const corals = new TeamModel("corals", {
  ...{ ...model, restPort: 9502 },
  replicas: config.getNumber("coralsReplicas") ?? 1,
});

export const urls = { flowers: flowers.restUrl, corals: corals.restUrl };
