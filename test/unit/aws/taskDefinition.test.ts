import { describe, expect, it } from "vitest";

import {
  renderContainer,
  type ReplicaContainer,
} from "../../../components/aws/service/taskDefinition";
import { renderServer } from "../../../components/tfserving/serverOptions";

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

it("renders a replica's container, hardened, in ECS's terms", () => {
  const server = renderServer(undefined, { cpus: 2 });
  expect(renderContainer(replica)).toEqual({
    name: "serving",
    image: "r.example.com/reef@sha256:1",
    essential: true,
    cpu: 2048,
    memory: 4096,
    command: server.flags,
    environment: [
      { name: "TFS_DRAIN_SECONDS", value: "5" },
      {
        name: "TFS_FILE_monitoring_config_file",
        value: server.files.monitoring_config_file,
      },
    ],
    user: "10001:10001",
    privileged: false,
    readonlyRootFilesystem: true,
    dockerSecurityOptions: ["no-new-privileges"],
    linuxParameters: {
      capabilities: { drop: ["ALL"] },
      maxSwap: 0,
      tmpfs: [
        { containerPath: "/tmp", size: 64, mountOptions: ["rw", "nosuid", "nodev", "noexec"] },
      ],
    },
    ulimits: [{ name: "nofile", softLimit: 16384, hardLimit: 16384 }],
    portMappings: [8500, 8501, 8502].map((port) => ({
      containerPort: port,
      hostPort: port,
      protocol: "tcp",
    })),
    healthCheck: {
      command: ["CMD", "/usr/bin/tfserving-supervisor", "--check"],
      interval: 10,
      timeout: 5,
      retries: 3,
      startPeriod: 120,
    },
    stopTimeout: 15,
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "reef-logs",
        "awslogs-region": "eu-central-1",
        "awslogs-stream-prefix": "replica",
        mode: "non-blocking",
        "max-buffer-size": "25m",
      },
    },
  });
});

describe("a replica's container", () => {
  it.each<[string, Partial<ReplicaContainer>, Record<string, unknown>]>([
    [
      "has its GPUs to itself",
      { gpus: 2 },
      { resourceRequirements: [{ type: "GPU", value: "2" }] },
    ],
    [
      "says its model version",
      { modelVersion: "7" },
      { dockerLabels: { "tfserving.version": "7" } },
    ],
    ["counts parts of a CPU", { cpus: 0.25 }, { cpu: 256 }],
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
