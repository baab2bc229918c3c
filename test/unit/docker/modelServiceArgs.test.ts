import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import { renderBalancerConfig } from "../../../components/serving/balancerConfig";
import { renderServer } from "../../../components/tfserving/serverOptions";
import { engine } from "../../support/fakeEngine";
import { isKnown, promiseOf, unknown, urn } from "../../support/mocks";
import { container, createService, labels, remoteImage } from "./modelService";

describe("the arguments of a service", () => {
  it("reach the replicas", async () => {
    const { replicas } = await createService(() => ({
      replicas: 1,
      serviceName: "birds",
      cpus: 2.5,
      memoryMb: 4096,
      pids: 300,
      gpus: "device=0,2",
      drainSeconds: 20,
      startTimeoutSeconds: 300,
      labels: { team: "reef", "tfserving.part": "mine" },
      server: { batching: { maxBatchSize: 32 } },
      engine: { ...engine, apiVersion: "1.47", runtimes: ["nvidia", "runc"] },
    }));
    const server = renderServer({ batching: { maxBatchSize: 32 } }, { cpus: 2.5 });
    expect(replicas[0].inputs).toMatchObject({
      command: server.flags,
      envs: [
        "TFS_DRAIN_SECONDS=20",
        `TFS_FILE_batching_parameters_file=${server.files.batching_parameters_file}`,
        `TFS_FILE_monitoring_config_file=${server.files.monitoring_config_file}`,
      ],
      labels: labels("replica", { team: "reef", "tfserving.replica": "1" }),
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["birds_replica"] }],
      cpus: "2.5",
      memory: 4096,
      memorySwap: 4096,
      ulimits: [{ name: "nproc", soft: 300, hard: 300 }],
      gpus: "device=0,2",
      healthcheck: { startPeriod: "5m0s", interval: "30s", startInterval: "1s" },
      waitTimeout: 310,
      stopTimeout: 30,
      destroyGraceSeconds: 30,
    });
  });

  it("reach the balancer", async () => {
    const { balancer, recording } = await createService(() => ({
      serviceName: "birds",
      publishAddress: "192.0.2.7",
      restPort: 18501,
      grpcPort: 18500,
      balancerImage: "registry.example.com/haproxy:2.6",
      labels: { team: "reef" },
      server: { restApiTimeoutMs: 5000 },
      grpcTimeoutSeconds: 180,
    }));
    const config = renderBalancerConfig({
      replicaAlias: "birds_replica",
      times: { restMs: 6000, grpcMs: 180_000 },
    });
    expect(balancer.inputs).toMatchObject({
      image: "sha256:id-of-registry.example.com/haproxy:2.6",
      labels: labels("balancer", { team: "reef" }),
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["birds"] }],
      ports: [
        { internal: 8501, external: 18501, ip: "192.0.2.7" },
        { internal: 8500, external: 18500, ip: "192.0.2.7" },
      ],
    });
    expect(recording.find(container, "serving-balancer-config").inputs).toMatchObject({
      envs: [`BALANCER_CONFIG=${config}`],
      labels: labels("balancer-config", { team: "reef" }),
    });
  });

  it("make a replica ready when all its models are", async () => {
    const models = [{ name: "birds" }, { name: "fish", labels: { stable: "7" } }];
    const { replicas } = await createService(() => ({
      replicas: 1,
      modelName: "fish",
      server: { models },
    }));
    expect(replicas[0].inputs.envs).toContain("TFS_STATUS_MODELS=birds,fish,fish/versions/7");
  });

  it("count as absent when they are undefined", async () => {
    const { replicas, balancer } = await createService(() => ({
      replicas: undefined,
      serviceName: undefined,
      restPort: undefined,
    }));
    expect(replicas).toHaveLength(4);
    expect(balancer.inputs).toMatchObject({
      networksAdvanced: [{ aliases: ["tf_model_serving"] }],
      ports: [{ external: 8501 }],
    });
  });

  it("may come from a resource: the image", async () => {
    const { replicas } = await createService(() => ({
      image: new docker.RemoteImage("model", { name: "tf_serving:1" }).imageId,
    }));
    expect(replicas[0].inputs.image).toBe("sha256:id-of-tf_serving:1");
    expect(replicas[0].dependencies).toContain(urn(remoteImage, "model"));
  });
});

describe("the outputs of a service", () => {
  it("are addresses on the host and on the network, and the replicas' names", async () => {
    const { service } = await createService(() => ({ replicas: 2, grpcPort: 8500 }));
    expect(
      await promiseOf(
        pulumi.output({
          restUrl: service.restUrl,
          grpcAddress: service.grpcAddress,
          networkName: service.networkName,
          networkRestUrl: service.networkRestUrl,
          networkGrpcAddress: service.networkGrpcAddress,
          replicaNames: service.replicaNames,
        }),
      ),
    ).toEqual({
      restUrl: "http://127.0.0.1:8501/v1/models/my_model",
      grpcAddress: "127.0.0.1:8500",
      networkName: "serving-1a2b3c4",
      networkRestUrl: "http://tf_model_serving:8501/v1/models/my_model",
      networkGrpcAddress: "tf_model_serving:8500",
      replicaNames: ["serving-replica-1-1a2b3c4", "serving-replica-2-1a2b3c4"],
    });
  });

  it("lead to the Docker host where it publishes on all its addresses", async () => {
    const { service } = await createService(() => ({
      replicas: 1,
      publishAddress: "0.0.0.0",
      grpcPort: 8500,
      engine: { ...engine, host: "ssh://ada@gpu.example.com:2222" },
    }));
    expect(await promiseOf(service.restUrl)).toBe("http://gpu.example.com:8501/v1/models/my_model");
    expect(await promiseOf(service.grpcAddress)).toBe("gpu.example.com:8500");
  });

  it("have no gRPC address where gRPC is not published", async () => {
    const { service } = await createService();
    expect(await promiseOf(service.grpcAddress)).toBe("");
  });
});

it("can be previewed while image, network and names are unknown", async () => {
  const { service, replicas } = await createService(
    () => ({ image: new docker.RemoteImage("model", { name: "tf_serving:1" }).imageId }),
    { preview: true },
  );
  expect(replicas).toHaveLength(4);
  expect(replicas[0].inputs).toMatchObject({
    image: unknown,
    networksAdvanced: [{ name: unknown, aliases: ["tf_model_serving_replica"] }],
  });
  expect(await isKnown(service.networkName)).toBe(false);
  expect(await isKnown(service.replicaNames)).toBe(false);
  expect(await promiseOf(service.restUrl)).toBe("http://127.0.0.1:8501/v1/models/my_model");
});
