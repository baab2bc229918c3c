import type { CheckFailure, Plain } from "../../host/provider";
import { checkFields, flag, list, map, number, object, required, text } from "../shapes";
import { unknown } from "../../host/provider";
import type { Fields } from "../shapes";

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const container: Fields = {
  name: text({ ...required, max: 255, pattern: /^[A-Za-z0-9_-]+$/ }),
  image: text({ ...required, max: 255 }),
  cpu: number({ min: 0 }),
  memory: number({ min: 6 }),
  essential: flag(),
  portMappings: list(
    object({
      containerPort: number({ ...required, min: 1, max: 65535 }),
      hostPort: number({ min: 0, max: 65535 }),
      protocol: text({ oneOf: ["tcp", "udp"] }),
    }),
  ),
  command: list(text()),
  environment: list(object({ name: text(required), value: text(required) })),
  secrets: list(object({ name: text(required), valueFrom: text(required) })),
  mountPoints: list(
    object({ sourceVolume: text(required), containerPath: text(required), readOnly: flag() }),
  ),
  linuxParameters: object({
    capabilities: object({ drop: list(text()) }),
    maxSwap: number({ min: 0 }),
    tmpfs: list(
      object({
        containerPath: text(required),
        size: number({ ...required, min: 1 }),
        mountOptions: list(text({ oneOf: ["ro", "rw", "nosuid", "nodev", "exec", "noexec"] })),
      }),
    ),
  }),
  stopTimeout: number({ min: 2, max: 120 }),
  user: text(),
  workingDirectory: text(),
  privileged: flag(),
  readonlyRootFilesystem: flag(),
  dockerSecurityOptions: list(text()),
  dockerLabels: map(),
  ulimits: list(
    object({
      name: text({ ...required, oneOf: ["nofile"] }),
      softLimit: number(required),
      hardLimit: number(required),
    }),
  ),
  logConfiguration: object({
    logDriver: text({ ...required, oneOf: ["awslogs"] }),
    options: map(),
  }),
  healthCheck: object({
    command: list(text(), required),
    interval: number({ min: 5, max: 300 }),
    timeout: number({ min: 2, max: 60 }),
    retries: number({ min: 1, max: 10 }),
    startPeriod: number({ min: 0, max: 300 }),
  }),
  resourceRequirements: list(
    object({
      type: text({ ...required, oneOf: ["GPU"] }),
      value: text({ ...required, pattern: /^[1-9]\d*$/ }),
    }),
  ),
};

/** What AWS would refuse in the containers of a task definition. */
export function checkContainers(inputs: Plain): CheckFailure[] {
  if (inputs.containerDefinitions === unknown) {
    return [];
  }
  const failures: CheckFailure[] = [];
  const containers = JSON.parse(inputs.containerDefinitions);
  if (!Array.isArray(containers)) {
    return [{ property: "containerDefinitions", reason: "is no list" }];
  }
  containers.forEach((definition, at) => {
    const path = `containerDefinitions[${at}]`;
    checkFields(definition, container, path, failures);
    failures.push(...checkTogether(definition, inputs, path));
  });
  if (!containers.some((definition) => definition.essential !== false)) {
    failures.push({ property: "containerDefinitions", reason: "needs an essential container" });
  }
  return failures;
}

function checkTogether(definition: Plain, inputs: Plain, path: string): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const fail = (property: string, reason: string): void =>
    void failures.push({ property: `${path}.${property}`, reason });
  if (!inputs.memory && !definition.memory) {
    fail("memory", "has to be set, or memory of the task");
  }
  if (inputs.networkMode === "awsvpc") {
    for (const { containerPort, hostPort } of definition.portMappings ?? []) {
      if (hostPort !== undefined && hostPort !== containerPort) {
        fail("portMappings", "host ports have to be the container's in network mode awsvpc");
      }
    }
  }
  const volumes = (inputs.volumes ?? []).map((volume: Plain) => volume.name);
  for (const { sourceVolume } of definition.mountPoints ?? []) {
    if (!volumes.includes(sourceVolume)) {
      fail("mountPoints", `name the volume ${sourceVolume}, which the task does not have`);
    }
  }
  return failures;
}
