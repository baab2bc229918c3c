import { describe, expect, it } from "vitest";

import {
  renderContainer,
  type ReplicaContainer,
} from "../../../components/aws/service/taskDefinition";

const replica: ReplicaContainer = {
  image: "r.example.com/reef@sha256:1",
  cpus: 2,
  memoryMb: 4096,
  gpus: 0,
  drainSeconds: 5,
  stopGraceSeconds: 15,
  startTimeoutSeconds: 120,
  logGroup: "reef-logs",
  region: "eu-central-1",
  enableExec: false,
};

describe("a replica's container", () => {
  it.each<[string, Partial<ReplicaContainer>, Record<string, unknown>]>([
    [
      "has its GPUs to itself",
      { gpus: 2 },
      { resourceRequirements: [{ type: "GPU", value: "2" }] },
    ],
    ["counts parts of a CPU", { cpus: 0.25 }, { cpu: 256 }],
    ["cannot be written", {}, { readonlyRootFilesystem: true }],
    ["can be written under ECS Exec", { enableExec: true }, { readonlyRootFilesystem: false }],
    [
      "starts for no longer than ECS's health checks can wait",
      { startTimeoutSeconds: 900 },
      { healthCheck: expect.objectContaining({ startPeriod: 300 }) },
    ],
  ])("%s", (_, change, expected) => {
    expect(renderContainer({ ...replica, ...change })).toMatchObject(expected);
  });

  it("has its environment sorted: another order would be another task definition", () => {
    const server = { models: [{ name: "fish" }], batching: {} };
    const { environment } = renderContainer({ ...replica, server });
    const names = (environment as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([
      "TFS_DRAIN_SECONDS",
      "TFS_FILE_batching_parameters_file",
      "TFS_FILE_model_config_file",
      "TFS_FILE_monitoring_config_file",
      "TFS_STATUS_MODELS",
    ]);
    expect(names).toEqual([...names].sort());
  });
});
