import { clients } from "../../providers/aws/clients";
import type { Machines } from "./machineTypes";
import type { Stores } from "./storeTypes";
import { type Made, policyOf, type Step } from "./testProvider";

/** Load balancers, alarms, services, repositories, schedules and records. */
export async function* serviceTypes(
  { vpcId, subnetIds, group, roleArn, cluster, capacity }: Machines,
  { logs, token, files, access, bucket, topic }: Stores,
): AsyncGenerator<Step, void, Made> {
  const balancer = yield [
    "aws:lb/loadBalancer:LoadBalancer",
    {
      internal: true,
      loadBalancerType: "application",
      subnets: subnetIds,
      securityGroups: [group.id],
      dropInvalidHeaderFields: true,
      idleTimeout: 120,
      accessLogs: { bucket: bucket.id, enabled: true },
    },
  ];
  const target = yield [
    "aws:lb/targetGroup:TargetGroup",
    {
      port: 8501,
      protocol: "HTTP",
      targetType: "ip",
      vpcId,
      deregistrationDelay: 30,
      slowStart: 30,
      healthCheck: { path: "/ready", port: "8502", matcher: "200", interval: 10, timeout: 5 },
    },
  ];
  const listener = yield [
    "aws:lb/listener:Listener",
    {
      loadBalancerArn: balancer.id,
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        { type: "fixed-response", fixedResponse: { contentType: "text/plain", statusCode: "404" } },
      ],
    },
  ];
  yield [
    "aws:lb/listenerRule:ListenerRule",
    {
      listenerArn: listener.id,
      actions: [{ type: "forward", targetGroupArn: target.id }],
      conditions: [{ pathPattern: { values: ["/v1/*"] } }],
    },
  ];
  const alarm = yield [
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 2,
      threshold: 1,
      alarmActions: [topic.id],
      metricName: "HTTPCode_Target_5XX_Count",
      namespace: "AWS/ApplicationELB",
      period: 60,
      statistic: "Sum",
      dimensions: { LoadBalancer: balancer.state.arnSuffix },
    },
  ];
  yield [
    "aws:cloudwatch/dashboard:Dashboard",
    { dashboardName: "one", dashboardBody: JSON.stringify({ widgets: [] }) },
  ];
  const task = yield [
    "aws:ecs/taskDefinition:TaskDefinition",
    {
      family: "one",
      networkMode: "awsvpc",
      requiresCompatibilities: ["EC2"],
      executionRoleArn: roleArn,
      volumes: [
        {
          name: "work",
          efsVolumeConfiguration: {
            fileSystemId: files.id,
            transitEncryption: "ENABLED",
            authorizationConfig: { accessPointId: access.id, iam: "ENABLED" },
          },
        },
      ],
      containerDefinitions: JSON.stringify([
        {
          name: "server",
          image: "example.org/server@sha256:0",
          memory: 512,
          portMappings: [{ containerPort: 8501 }],
          secrets: [{ name: "TOKEN", valueFrom: token.id }],
          mountPoints: [{ sourceVolume: "work", containerPath: "/work" }],
          resourceRequirements: [{ type: "GPU", value: "1" }],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logs.id } },
        },
      ]),
    },
  ];
  const service = {
    cluster: cluster.id,
    taskDefinition: task.state.arn,
    desiredCount: 2,
    capacityProviderStrategies: [{ capacityProvider: capacity.state.name, weight: 1 }],
    deploymentCircuitBreaker: { enable: true, rollback: true },
    alarms: { alarmNames: [alarm.id], enable: true, rollback: true },
    loadBalancers: [{ containerName: "server", containerPort: 8501, targetGroupArn: target.id }],
    networkConfiguration: { subnets: subnetIds, securityGroups: [group.id] },
    orderedPlacementStrategies: [{ type: "spread", field: "attribute:ecs.availability-zone" }],
    waitForSteadyState: true,
  };
  const ecsService = yield ["aws:ecs/service:Service", service, { ...service, desiredCount: 3 }];
  const scaled = {
    resourceId: `service/${cluster.state.name}/${ecsService.state.name}`,
    scalableDimension: "ecs:service:DesiredCount",
    serviceNamespace: "ecs",
  };
  yield ["aws:appautoscaling/target:Target", { ...scaled, minCapacity: 1, maxCapacity: 4 }];
  yield [
    "aws:appautoscaling/policy:Policy",
    {
      ...scaled,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 60,
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      },
    },
  ];
  const repository = yield [
    "aws:ecr/repository:Repository",
    { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } },
  ];
  yield [
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    {
      repository: repository.id,
      policy: {
        rules: [
          {
            rulePriority: 1,
            selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 20 },
            action: { type: "expire" },
          },
        ],
      },
    },
  ];
  yield [
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    { repository: repository.id, policy: policyOf({ AWS: roleArn }, "ecr:BatchGetImage") },
  ];
  yield [
    "aws:scheduler/schedule:Schedule",
    {
      scheduleExpression: "cron(0 20 ? * MON-FRI *)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: "arn:aws:scheduler:::aws-sdk:ec2:stopInstances", roleArn, input: "{}" },
    },
  ];
  const { HostedZone } = await clients
    .route53()
    .createHostedZone({ Name: "example.org", CallerReference: "one" });
  yield [
    "aws:route53/record:Record",
    {
      zoneId: HostedZone!.Id!.replace("/hostedzone/", ""),
      name: "models.example.org",
      type: "A",
      aliases: [
        {
          name: balancer.state.dnsName,
          zoneId: balancer.state.zoneId,
          evaluateTargetHealth: true,
        },
      ],
    },
  ];
}
