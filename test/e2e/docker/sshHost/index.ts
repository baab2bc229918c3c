import "../../../../program/stackTraces";
import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  createSshKey,
  DockerModelService,
  ServingImage,
  SshDockerHost,
} from "@tf-model-serving/core";

// A machine as a cloud would give it: the test sees the file, and boots one with these keys.
class Machine extends pulumi.ComponentResource {
  readonly privateKey: pulumi.Output<string>;
  readonly hostPublicKey: pulumi.Output<string>;
  readonly machineId: pulumi.Output<string>;

  constructor(name: string, folder: string, generation: string) {
    super("test:index:Machine", name);
    const own = createSshKey(`${name}-own`, this);
    const user = createSshKey(`${name}-user`, this);
    const instance = new random.RandomId(
      name,
      { byteLength: 4, keepers: { generation } },
      { parent: this, deleteBeforeReplace: true },
    );
    const boot = { id: instance.hex, hostKey: own.privateKey, authorizedKey: user.publicKey };
    const booted = pulumi.output(boot).apply((userData) => {
      if (!pulumi.runtime.isDryRun()) {
        const file = path.join(folder, "boot.json");
        fs.writeFileSync(`${file}.new`, JSON.stringify(userData), { mode: 0o600 });
        fs.renameSync(`${file}.new`, file);
      }
      return userData.id;
    });
    this.machineId = pulumi.unsecret(booted);
    this.privateKey = user.privateKey;
    this.hostPublicKey = own.publicKey;
    this.registerOutputs();
  }
}

const config = new pulumi.Config();
const machine = new Machine("gpu", config.require("folder"), config.require("generation"));
const host = new SshDockerHost("gpu", {
  address: config.require("address"),
  user: "root",
  privateKey: machine.privateKey,
  hostPublicKey: machine.hostPublicKey,
  machineId: machine.machineId,
  waitSeconds: config.requireNumber("waitSeconds"),
});
const image = new ServingImage(
  "serving",
  {
    modelFolder: config.require("modelFolder"),
    modelName: "scale",
    modelVersion: config.require("modelVersion"),
    baseImage: config.require("baseImage"),
  },
  host.options(),
);
const model = new DockerModelService(
  "serving",
  {
    image: image.imageId,
    modelName: "scale",
    modelVersion: image.modelVersion,
    replicas: 2,
    memoryMb: 1024,
    balancerImage: config.require("balancerImage"),
    host: host.host,
    sshOptions: host.sshOptions,
  },
  host.options(),
);

export const engine = host.host;
export const sshOptions = host.sshOptions;
export const restUrl = model.restUrl;
export const replicas = model.replicaNames;
