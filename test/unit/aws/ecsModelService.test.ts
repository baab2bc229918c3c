import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import { EcsModelService, EcsModelServiceArgs } from "../../../components";
import { ReleaseStrategy } from "../../../components/serving/releaseStrategy";
import { rolledBack } from "../../../components/aws/service/deployment";
import { renderContainer } from "../../../components/aws/service/taskDefinition";
import { account, awsArn, region } from "../../support/awsMocks";
import { isKnown, promiseOf, settle, startMocks, unknown, urn } from "../../support/mocks";
import {
  clusterArn,
  component,
  createEcsService,
  ecsService,
  egressRule,
  endpoint,
  image,
  ingressRule,
  logGroup,
  repositoryArn,
  required,
  role,
  rolePolicy,
  scalingPolicy,
  scalingTarget,
  securityGroup,
  tags,
  taskDefinition,
} from "./ecsService";

type Inputs = Record<string, unknown>;

async function serviceInputs(args: Partial<EcsModelServiceArgs> = {}): Promise<Inputs> {
  return (await createEcsService(() => args)).recording.find(ecsService).inputs;
}

function policy(text: unknown): { Statement: Inputs[] } {
  return JSON.parse(String(text)) as { Statement: Inputs[] };
}

describe("the children of a service on ECS", () => {
  it("are a service, its task, log, roles and security group, by stable names", async () => {
    const { children } = await createEcsService(() => endpoint);
    expect(children.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      `${logGroup} serving`,
      `${securityGroup} serving-replicas`,
      `${ecsService} serving`,
      `${taskDefinition} serving`,
      `${role} serving-execution-role`,
      `${role} serving-task-role`,
      `${rolePolicy} serving-execution-policy`,
      `${egressRule} serving-from-endpoint`,
      `${ingressRule} serving-grpc-from-endpoint`,
      `${ingressRule} serving-health-from-endpoint`,
      `${ingressRule} serving-rest-from-endpoint`,
    ]);
    for (const child of children) {
      expect(child.parent, child.name).toBe(urn(component, "serving"));
    }
  });

  it("are tagged with the stack, their part and the caller's tags", async () => {
    const { children } = await createEcsService(() => ({
      ...endpoint,
      tags: { team: "reef" },
      autoscaling: { minReplicas: 1, maxReplicas: 3, cpuPercent: 60 },
    }));
    const untaggable = [rolePolicy, scalingPolicy];
    for (const { type, name, inputs } of children) {
      if (!untaggable.includes(type)) {
        expect(inputs.tags, `${type} ${name}`).toEqual(
          expect.objectContaining({ team: "reef", "tfserving:stack": "tfserving/dev" }),
        );
      }
    }
  });

  it("have exact inputs: the service", async () => {
    const { recording } = await createEcsService(() => endpoint);
    const service = recording.find(ecsService);
    expect(service.inputs).toEqual({
      cluster: clusterArn,
      taskDefinition: awsArn("ecs", "taskDefinition", "serving"),
      desiredCount: 2,
      capacityProviderStrategies: [{ capacityProvider: "gpu-provider", weight: 1 }],
      forceNewDeployment: true,
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      availabilityZoneRebalancing: "ENABLED",
      deploymentCircuitBreaker: { enable: true, rollback: true },
      orderedPlacementStrategies: [
        { type: "spread", field: "attribute:ecs.availability-zone" },
        { type: "binpack", field: "memory" },
      ],
      networkConfiguration: {
        subnets: ["subnet-a", "subnet-b"],
        securityGroups: ["serving-replicas-id"],
        assignPublicIp: false,
      },
      loadBalancers: [
        {
          targetGroupArn: endpoint.restTargetGroupArn,
          containerName: "serving",
          containerPort: 8501,
        },
        {
          targetGroupArn: endpoint.grpcTargetGroupArn,
          containerName: "serving",
          containerPort: 8500,
        },
      ],
      healthCheckGracePeriodSeconds: 120,
      enableExecuteCommand: false,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      tags: tags("service"),
    });
    expect(service.ignoreChanges).toEqual([]);
  });

  it("have exact inputs: the task definition", async () => {
    const { recording } = await createEcsService(() => ({ modelVersion: "7", gpus: 1 }));
    const { containerDefinitions, ...inputs } = recording.find(taskDefinition).inputs;
    expect(inputs).toEqual({
      family: "tfserving-dev-serving",
      requiresCompatibilities: ["EC2"],
      networkMode: "awsvpc",
      cpu: "1024",
      memory: "2048",
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      executionRoleArn: awsArn("iam", "role", "serving-execution-role"),
      taskRoleArn: awsArn("iam", "role", "serving-task-role"),
      tags: tags("task"),
    });
    expect(JSON.parse(String(containerDefinitions))).toEqual([
      renderContainer({
        image,
        cpus: 1,
        memoryMb: 2048,
        gpus: 1,
        drainSeconds: 5,
        stopGraceSeconds: 15,
        startTimeoutSeconds: 120,
        modelVersion: "7",
        logGroup: "serving-1a2b3c4",
        region,
        enableExec: false,
      }),
    ]);
  });

  it("have exact inputs: the log group", async () => {
    const logKmsKeyArn = awsArn("kms", "key", "logs");
    const { recording } = await createEcsService(() => ({ logKmsKeyArn, logRetentionDays: 90 }));
    expect(recording.find(logGroup).inputs).toEqual({
      retentionInDays: 90,
      kmsKeyId: logKmsKeyArn,
      tags: tags("logs"),
    });
  });
});

describe("the roles of a service on ECS", () => {
  it("can be taken by tasks of the cluster's account and region only", async () => {
    const { recording } = await createEcsService();
    for (const name of ["serving-execution-role", "serving-task-role"]) {
      expect(policy(recording.find(role, name).inputs.assumeRolePolicy).Statement).toEqual([
        {
          Effect: "Allow",
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: { "aws:SourceArn": `arn:aws:ecs:${region}:${account}:*` },
          },
        },
      ]);
    }
  });

  it("let the execution role pull this repository and write this log", async () => {
    const { recording } = await createEcsService();
    const { inputs } = recording.find(rolePolicy);
    expect(inputs.role).toBe("serving-execution-role-1a2b3c4");
    const resources = policy(inputs.policy).Statement.map(({ Action, Resource }) => [
      [Action].flat(),
      Resource,
    ]);
    expect(resources).toEqual([
      [
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        repositoryArn,
      ],
      [["ecr:GetAuthorizationToken"], "*"],
      [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        `${awsArn("cloudwatch", "logGroup", "serving")}:log-stream:*`,
      ],
    ]);
  });

  it("give the replicas themselves nothing", async () => {
    const { recording } = await createEcsService();
    const policies = recording.resources.filter(({ type }) => type === rolePolicy);
    expect(policies.map(({ inputs }) => inputs.role)).toEqual(["serving-execution-role-1a2b3c4"]);
  });

  it("come before the service: it could not pull without them", async () => {
    const { recording } = await createEcsService();
    expect(recording.find(ecsService).dependencies).toContain(
      urn(rolePolicy, "serving-execution-policy", component),
    );
  });
});

describe("the network of a service on ECS", () => {
  it("lets in the load balancer, port by port, and opens no connections", async () => {
    const { recording } = await createEcsService(() => endpoint);
    expect(recording.find(securityGroup).inputs).toEqual({
      description: "Replicas: reached by their load balancer only",
      vpcId: "vpc-1",
      tags: tags("replicas"),
    });
    const rules = recording.resources.filter(({ type }) => type === ingressRule);
    expect(rules.map(({ inputs }) => inputs)).toEqual(
      [
        ["rest", 8501],
        ["grpc", 8500],
        ["health", 8502],
      ].map(([part, port]) => ({
        securityGroupId: "serving-replicas-id",
        referencedSecurityGroupId: "sg-endpoint",
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        description: `The load balancer: ${part}`,
        tags: tags("replicas"),
      })),
    );
    const egress = recording.resources.filter(({ type }) => type === egressRule);
    expect(egress.map(({ inputs }) => inputs.securityGroupId)).toEqual(["sg-endpoint"]);
  });

  it("lets the load balancer out to the replicas, whatever their addresses, before they start", async () => {
    const { recording } = await createEcsService(() => endpoint);
    const rule = recording.find(egressRule);
    expect([rule.name, rule.inputs]).toEqual([
      "serving-from-endpoint",
      {
        securityGroupId: "sg-endpoint",
        referencedSecurityGroupId: "serving-replicas-id",
        ipProtocol: "tcp",
        fromPort: 8500,
        toPort: 8502,
        description: "Replicas, in whatever subnet",
        tags: tags("replicas"),
      },
    ]);
    expect(recording.find(ecsService).dependencies).toContain(rule.urn);
  });

  it("keeps port 8500 shut without a target group for gRPC", async () => {
    const { restTargetGroupArn, endpointSecurityGroupId } = endpoint;
    const { recording } = await createEcsService(() => ({
      restTargetGroupArn,
      endpointSecurityGroupId,
    }));
    const rules = recording.resources.filter(({ type }) => type === ingressRule);
    expect(rules.map(({ inputs }) => inputs.fromPort)).toEqual([8501, 8502]);
  });

  it("lets nobody in without a load balancer", async () => {
    const { recording } = await createEcsService();
    expect(recording.resources.filter(({ type }) => type === ingressRule)).toEqual([]);
    const { inputs } = recording.find(ecsService);
    expect(inputs).not.toHaveProperty("loadBalancers");
    expect(inputs).not.toHaveProperty("healthCheckGracePeriodSeconds");
  });
});

describe("ECS Exec", () => {
  const exec = { enableExec: true, execCidrs: ["10.0.0.0/16"] };

  it("opens SSM channels, and port 443 to its endpoint", async () => {
    const { recording } = await createEcsService(() => exec);
    expect(recording.find(ecsService).inputs.enableExecuteCommand).toBe(true);
    expect(recording.find(egressRule).inputs).toMatchObject({
      securityGroupId: "serving-replicas-id",
      cidrIpv4: "10.0.0.0/16",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
    });
    const { inputs } = recording.find(rolePolicy, "serving-exec-policy");
    expect(inputs.role).toBe("serving-task-role-1a2b3c4");
    expect(policy(inputs.policy).Statement.flatMap(({ Action }) => Action)).toEqual([
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]);
  });
});

describe("a release on ECS", () => {
  it.each<[string, Partial<EcsModelServiceArgs>, [number, number, string]]>([
    ["needs room for two of each", { replicas: 1 }, [100, 200, "ENABLED"]],
    [
      "stops half of the replicas of a full fleet",
      { strategy: ReleaseStrategy.InPlace },
      [50, 100, "DISABLED"],
    ],
    [
      "stops the only replica of a full fleet, or it could never begin",
      { strategy: ReleaseStrategy.InPlace, replicas: 1 },
      [0, 100, "DISABLED"],
    ],
    [
      "counts on the fewest replicas that autoscaling leaves",
      {
        strategy: ReleaseStrategy.InPlace,
        autoscaling: { minReplicas: 1, maxReplicas: 4, cpuPercent: 50 },
      },
      [0, 100, "DISABLED"],
    ],
  ])("%s", async (_, args, expected) => {
    const inputs = await serviceInputs(args);
    expect([
      inputs.deploymentMinimumHealthyPercent,
      inputs.deploymentMaximumPercent,
      inputs.availabilityZoneRebalancing,
    ]).toEqual(expected);
  });

  it("is rolled back by the alarms that are named", async () => {
    expect((await serviceInputs({ deploymentAlarmNames: ["slow", "errors"] })).alarms).toEqual({
      enable: true,
      rollback: true,
      alarmNames: ["slow", "errors"],
    });
    expect(await serviceInputs()).not.toHaveProperty("alarms");
  });

  it("that was rolled back is no success", () => {
    const revision = (number: number) => awsArn("ecs", "task-definition", `serving:${number}`);
    expect(rolledBack(revision(7), revision(7))).toBeUndefined();
    expect(rolledBack(revision(7), "serving:7")).toBeUndefined();
    expect(rolledBack(revision(7), revision(6))).toMatch(
      /^The release was rolled back: the service runs serving:6 and not serving:7\./,
    );
  });
});

describe("autoscaling on ECS", () => {
  const autoscaling = {
    minReplicas: 2,
    maxReplicas: 6,
    requestsPerReplica: 600,
    loadBalancerArnSuffix: "app/a/1",
    restTargetGroupArnSuffix: "targetgroup/t/2",
    cpuPercent: 60,
    gpuPercent: 70,
    autoScalingGroupName: "gpu-instances",
    scaleInCooldownSeconds: 120,
  };
  const of = {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: "service/gpu/serving-1a2b3c4",
  };

  it("takes the number of replicas over from the update", async () => {
    const { recording } = await createEcsService(() => ({ autoscaling, replicas: 3 }));
    expect(recording.find(ecsService).ignoreChanges).toEqual(["desiredCount"]);
    expect(recording.find(ecsService).inputs.desiredCount).toBe(3);
    expect(recording.find(scalingTarget).inputs).toEqual({
      ...of,
      minCapacity: 2,
      maxCapacity: 6,
      tags: tags("autoscaling"),
    });
  });

  it.each([
    [
      "requests",
      600,
      {
        predefinedMetricSpecification: {
          predefinedMetricType: "ALBRequestCountPerTarget",
          resourceLabel: "app/a/1/targetgroup/t/2",
        },
      },
    ],
    [
      "cpu",
      60,
      {
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
    ],
    [
      "gpu",
      70,
      {
        customizedMetricSpecification: {
          namespace: "CWAgent",
          metricName: "nvidia_smi_utilization_gpu",
          statistic: "Average",
          dimensions: [{ name: "AutoScalingGroupName", value: "gpu-instances" }],
        },
      },
    ],
  ])("tracks %s", async (part, targetValue, metric) => {
    const { recording } = await createEcsService(() => ({ autoscaling }));
    expect(recording.find(scalingPolicy, `serving-${part}`).inputs).toEqual({
      ...of,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue,
        ...metric,
        scaleInCooldown: 120,
        scaleOutCooldown: 60,
      },
    });
  });

  it("tracks nothing that has no target", async () => {
    const { recording } = await createEcsService(() => ({
      autoscaling: { minReplicas: 1, maxReplicas: 3, cpuPercent: 60 },
    }));
    expect(recording.resources.filter(({ type }) => type === scalingPolicy)).toHaveLength(1);
  });
});

it("says where it runs", async () => {
  const { service } = await createEcsService();
  const { serviceArn, serviceName, taskDefinitionArn, logGroupName, securityGroupId } = service;
  const outputs = { serviceArn, serviceName, taskDefinitionArn, logGroupName, securityGroupId };
  expect(await promiseOf(pulumi.output(outputs))).toEqual({
    serviceArn: awsArn("ecs", "service", "serving"),
    serviceName: "serving-1a2b3c4",
    taskDefinitionArn: awsArn("ecs", "taskDefinition", "serving"),
    logGroupName: "serving-1a2b3c4",
    securityGroupId: "serving-replicas-id",
  });
});

it("can be previewed: roles, log group and security group are not there yet", async () => {
  const { service, recording } = await createEcsService(() => endpoint, { preview: true });
  expect(await isKnown(service.serviceArn)).toBe(false);
  expect(recording.find(taskDefinition).inputs.containerDefinitions).toBe(unknown);
  expect(recording.find(ecsService).inputs.desiredCount).toBe(2);
});

it("shortens the names of roles, whose limit is 64", async () => {
  const recording = await startMocks();
  new EcsModelService("s".repeat(60), required);
  await settle();
  const names = recording.resources.filter(({ type }) => type === role).map(({ name }) => name);
  expect(names).toHaveLength(2);
  expect(new Set(names).size).toBe(2);
  names.forEach((name) => expect(name.length).toBeLessThanOrEqual(56));
});
