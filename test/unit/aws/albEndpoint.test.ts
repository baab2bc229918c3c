import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { AlbEndpoint, AlbEndpointArgs } from "../../../components";
import { account, awsArn, region } from "../../support/awsMocks";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  type Registration,
  settle,
  startMocks,
} from "../../support/mocks";

const loadBalancer = "aws:lb/loadBalancer:LoadBalancer";
const listener = "aws:lb/listener:Listener";
const rule = "aws:lb/listenerRule:ListenerRule";
const targetGroup = "aws:lb/targetGroup:TargetGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";

const required: AlbEndpointArgs = {
  vpcId: "vpc-1",
  vpcCidr: "10.0.0.0/16",
  subnetIds: ["subnet-a", "subnet-b"],
  modelName: "flowers",
  clientCidrs: ["10.0.0.0/16"],
};
const secure = {
  certificateArn: awsArn("acm", "certificate", "1"),
  domainName: "model.example.com",
};
const tags = (component: string) => ({
  "tfserving:component": component,
  "tfserving:stack": "tfserving/dev",
});

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Partial<AlbEndpointArgs> = {}): Promise<AlbEndpoint> {
  const endpoint = new AlbEndpoint("serving", { ...required, ...args });
  await settle();
  return endpoint;
}

function all(type: string): Registration[] {
  return recording.resources.filter((resource) => resource.type === type);
}

function policyOf(type: string): { Statement: Record<string, unknown>[] } {
  return JSON.parse(recording.find(type).inputs.policy as string);
}

describe("the load balancer", () => {
  it("is internal, with exact inputs", async () => {
    await create();
    expect(recording.find(loadBalancer).inputs).toEqual({
      loadBalancerType: "application",
      internal: true,
      ipAddressType: "ipv4",
      subnets: ["subnet-a", "subnet-b"],
      securityGroups: ["serving-endpoint-id"],
      idleTimeout: 60,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: false,
      accessLogs: { bucket: "serving-logs-1a2b3c4", enabled: true },
      tags: tags("endpoint"),
    });
  });

  it("waits longer than the longest request, and so does a replica that leaves", async () => {
    await create({ longestRequestSeconds: 120 });
    expect(recording.find(loadBalancer).inputs.idleTimeout).toBe(125);
    expect(recording.find(targetGroup).inputs.deregistrationDelay).toBe(125);
  });

  it("has addresses on the internet only where that is asked for", async () => {
    await create({ ...secure, public: true, clientCidrs: ["0.0.0.0/0"] });
    expect(recording.find(loadBalancer).inputs.internal).toBe(false);
  });

  it("has names within AWS's limits, its own suffix included", async () => {
    new AlbEndpoint("a-very-long-name-of-a-stack-and-model", required);
    await settle();
    const names = [...all(loadBalancer), ...all(targetGroup)].map(({ name }) => name.length);
    expect(Math.max(...names)).toBeLessThanOrEqual(24);
    const bucket = recording.find("aws:s3/bucket:Bucket").name;
    expect(bucket.length).toBeLessThanOrEqual(55);
  });
});

describe("the security group", () => {
  it("lets only named clients in, at the port that serves", async () => {
    await create({ clientSecurityGroupIds: ["sg-client"] });
    expect(all(ingress).map(({ name, inputs }) => [name, inputs])).toEqual([
      [
        "serving-http-from-10.0.0.0-16",
        {
          securityGroupId: "serving-endpoint-id",
          description: "Named block of clients",
          cidrIpv4: "10.0.0.0/16",
          ipProtocol: "tcp",
          fromPort: 80,
          toPort: 80,
          tags: tags("endpoint"),
        },
      ],
      [
        "serving-http-from-sg-client",
        {
          securityGroupId: "serving-endpoint-id",
          description: "Named security group of clients",
          referencedSecurityGroupId: "sg-client",
          ipProtocol: "tcp",
          fromPort: 80,
          toPort: 80,
          tags: tags("endpoint"),
        },
      ],
    ]);
  });

  it("lets nobody in where no client is named", async () => {
    await create({ clientCidrs: [] });
    expect(all(ingress)).toEqual([]);
  });

  it.each<[string, Partial<AlbEndpointArgs>, number]>([
    ["REST and health", {}, 8501],
    ["gRPC, REST and health", { ...secure, grpc: true }, 8500],
  ])("lets the load balancer out to %s within the VPC", async (_, args, fromPort) => {
    await create(args);
    expect(
      recording.find("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs,
    ).toMatchObject({
      securityGroupId: "serving-endpoint-id",
      cidrIpv4: "10.0.0.0/16",
      ipProtocol: "tcp",
      fromPort,
      toPort: 8502,
    });
  });

  it("has no rules of its own, which would take the others away", async () => {
    await create();
    const { inputs } = recording.find("aws:ec2/securityGroup:SecurityGroup");
    expect(Object.keys(inputs).sort()).toEqual(["description", "tags", "vpcId"]);
  });
});

describe("the target groups", () => {
  it("ask the supervisor whether a replica is ready, with exact inputs", async () => {
    await create();
    expect(recording.find(targetGroup).inputs).toEqual({
      vpcId: "vpc-1",
      targetType: "ip",
      port: 8501,
      protocol: "HTTP",
      protocolVersion: "HTTP1",
      deregistrationDelay: 36,
      slowStart: 0,
      loadBalancingAlgorithmType: "least_outstanding_requests",
      healthCheck: {
        protocol: "HTTP",
        port: "8502",
        path: "/readyz",
        matcher: "200",
        interval: 5,
        timeout: 3,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      tags: tags("endpoint-rest"),
    });
  });

  it("ask for gRPC in gRPC, whether the server has the health service or not", async () => {
    await create({ ...secure, grpc: true });
    expect(recording.find(targetGroup, "serving-grpc").inputs).toMatchObject({
      port: 8500,
      protocolVersion: "GRPC",
      healthCheck: {
        port: "traffic-port",
        path: "/grpc.health.v1.Health/Check",
        matcher: "0,12",
      },
    });
  });

  it("take turns while new replicas start slowly", async () => {
    await create({ slowStartSeconds: 60 });
    expect(recording.find(targetGroup).inputs).toMatchObject({
      slowStart: 60,
      loadBalancingAlgorithmType: "round_robin",
    });
  });
});

describe("routing", () => {
  const notFound = { type: "fixed-response", fixedResponse: { statusCode: "404" } };

  it("is HTTP without a certificate, for models only", async () => {
    await create();
    expect(recording.find(listener).inputs).toMatchObject({
      loadBalancerArn: awsArn("lb", "loadBalancer", "serving"),
      port: 80,
      protocol: "HTTP",
      defaultActions: [notFound],
    });
    expect(recording.find(rule).inputs).toMatchObject({
      listenerArn: awsArn("lb", "listener", "serving-http"),
      conditions: [{ pathPattern: { values: ["/v1/models/*"] } }],
      actions: [{ type: "forward", targetGroupArn: awsArn("lb", "targetGroup", "serving-rest") }],
    });
  });

  it("is HTTPS with a certificate, and HTTP only redirects", async () => {
    await create(secure);
    expect(recording.find(listener, "serving-https").inputs).toMatchObject({
      port: 443,
      protocol: "HTTPS",
      certificateArn: secure.certificateArn,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      defaultActions: [notFound],
    });
    expect(recording.find(listener, "serving-http").inputs.defaultActions).toEqual([
      {
        type: "redirect",
        redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
      },
    ]);
    expect(recording.find(rule).inputs.listenerArn).toBe(awsArn("lb", "listener", "serving-https"));
  });

  it("of gRPC goes by method, and never to what administers a server", async () => {
    await create({ ...secure, grpc: true });
    const { inputs } = recording.find(rule, "serving-grpc");
    expect(inputs.listenerArn).toBe(awsArn("lb", "listener", "serving-https"));
    expect(inputs.actions).toEqual([
      { type: "forward", targetGroupArn: awsArn("lb", "targetGroup", "serving-grpc") },
    ]);
    const [{ pathPattern }] = inputs.conditions as { pathPattern: { values: string[] } }[];
    const routed = (path: string) =>
      pathPattern.values.some((pattern) =>
        pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern,
      );
    expect(routed("/tensorflow.serving.PredictionService/Predict")).toBe(true);
    expect(routed("/tensorflow.serving.ModelService/GetModelStatus")).toBe(true);
    expect(routed("/grpc.health.v1.Health/Check")).toBe(true);
    expect(routed("/tensorflow.serving.ModelService/HandleReloadConfigRequest")).toBe(false);
    expect(routed("/tensorflow.ProfilerService/Profile")).toBe(false);
  });

  it("is there before a service is: the target groups' ARNs wait for their rules", async () => {
    const endpoint = await create({ ...secure, grpc: true });
    const needs = async (output: pulumi.Output<string>) => {
      const resources = await (
        output as unknown as { allResources(): Promise<Set<pulumi.Resource>> }
      ).allResources();
      const urns = await Promise.all([...resources].map(({ urn }) => promiseOf(urn)));
      return urns.map((urn) => urn.split("::").slice(-2)[0].split("$").pop());
    };
    expect(await needs(endpoint.restTargetGroupArn)).toContain(rule);
    expect(await needs(endpoint.grpcTargetGroupArn)).toContain(rule);
  });
});

describe("the outputs", () => {
  it("are about HTTP at the load balancer's own name", async () => {
    const endpoint = await create();
    expect(await promiseOf(endpoint.restUrl)).toBe(
      `http://serving.${region}.elb.amazonaws.com/v1/models/flowers`,
    );
    expect(await promiseOf(endpoint.grpcAddress)).toBe("");
    expect(await promiseOf(endpoint.grpcTargetGroupArn)).toBe("");
    expect(await promiseOf(endpoint.restTargetGroupArn)).toBe(
      awsArn("lb", "targetGroup", "serving-rest"),
    );
    expect(await promiseOf(endpoint.securityGroupId)).toBe("serving-endpoint-id");
    expect(await promiseOf(endpoint.accessLogBucket)).toBe("serving-logs-1a2b3c4");
  });

  it("are about HTTPS at the certificate's name", async () => {
    const endpoint = await create({ ...secure, grpc: true });
    expect(await promiseOf(endpoint.baseUrl)).toBe("https://model.example.com");
    expect(await promiseOf(endpoint.restUrl)).toBe("https://model.example.com/v1/models/flowers");
    expect(await promiseOf(endpoint.grpcAddress)).toBe("model.example.com:443");
  });

  it("are known in a preview where they do not depend on AWS", async () => {
    recording = await startMocks({ preview: true });
    const endpoint = await create(secure);
    expect(await isKnown(endpoint.restUrl)).toBe(true);
    expect(await isKnown(endpoint.restTargetGroupArn)).toBe(false);
    expect(await isKnown(endpoint.deploymentAlarmNames)).toBe(false);
  });
});

describe("access logs", () => {
  const parts = [
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  ];

  it("go to a bucket that is private, encrypted and forgets", async () => {
    await create({ accessLogRetentionDays: 30 });
    const [block, ownership, encryption, lifecycle] = parts.map(
      (type) => recording.find(type).inputs,
    );
    const bucket = "serving-logs-1a2b3c4";
    expect(block).toEqual({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(ownership).toEqual({ bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
    expect(encryption).toEqual({
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    expect(lifecycle).toMatchObject({
      bucket,
      rules: [{ status: "Enabled", expiration: { days: 30 } }],
    });
  });

  it("are written by load balancers of this account only, over TLS", async () => {
    await create();
    const [allow, deny] = policyOf("aws:s3/bucketPolicy:BucketPolicy").Statement;
    expect(allow).toMatchObject({
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::serving-logs-1a2b3c4/AWSLogs/${account}/*`,
    });
    expect(deny).toMatchObject({
      Effect: "Deny",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  it("are allowed before the load balancer writes them", async () => {
    await create();
    expect(
      recording.find(loadBalancer).dependencies.some((urn) => urn.includes("bucketPolicy")),
    ).toBe(true);
  });

  it.each<[boolean, boolean]>([
    [true, false],
    [false, true],
  ])("outlive the stack: %s", async (retainLogsOnDestroy, forceDestroy) => {
    await create({ retainLogsOnDestroy });
    const bucket = recording.find("aws:s3/bucket:Bucket");
    expect(bucket.inputs.forceDestroy).toBe(forceDestroy);
    expect(bucket.retainOnDelete).toBe(retainLogsOnDestroy);
    for (const type of [...parts, "aws:s3/bucketPolicy:BucketPolicy"]) {
      expect(recording.find(type).retainOnDelete, type).toBe(retainLogsOnDestroy);
    }
  });

  it("can be left out", async () => {
    const endpoint = await create({ accessLogs: false });
    expect(recording.find(loadBalancer).inputs.accessLogs).toEqual({ bucket: "", enabled: false });
    expect(all("aws:s3/bucket:Bucket")).toEqual([]);
    expect(await promiseOf(endpoint.accessLogBucket)).toBe("");
  });
});

describe("alarms", () => {
  const dimensions = { LoadBalancer: "app/serving/0123456789abcdef" };
  const topicArn = awsArn("sns", "topic", "serving-alarms");

  it("watch errors and latency of the load balancer", async () => {
    const endpoint = await create({ maxErrorPercent: 2, maxLatencySeconds: 0.5 });
    expect(recording.find(alarm, "serving-errors").inputs).toMatchObject({
      threshold: 2,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
      okActions: [topicArn],
      metricQueries: [
        { id: "share", returnData: true },
        { id: "requests", metric: { metricName: "RequestCount", dimensions, stat: "Sum" } },
        { id: "target", metric: { metricName: "HTTPCode_Target_5XX_Count", dimensions } },
        { id: "balancer", metric: { metricName: "HTTPCode_ELB_5XX_Count", dimensions } },
      ],
    });
    expect(recording.find(alarm, "serving-latency").inputs).toMatchObject({
      namespace: "AWS/ApplicationELB",
      metricName: "TargetResponseTime",
      dimensions,
      extendedStatistic: "p99",
      threshold: 0.5,
      alarmActions: [topicArn],
    });
    expect(await promiseOf(endpoint.deploymentAlarmNames)).toEqual([
      "serving-errors-1a2b3c4",
      "serving-latency-1a2b3c4",
    ]);
  });

  it("watch the health of both target groups", async () => {
    await create({ ...secure, grpc: true });
    for (const api of ["rest", "grpc"]) {
      expect(recording.find(alarm, `serving-unhealthy-${api}`).inputs).toMatchObject({
        metricName: "UnHealthyHostCount",
        dimensions: {
          ...dimensions,
          TargetGroup: `targetgroup/serving-${api}/0123456789abcdef`,
        },
        threshold: 0,
      });
    }
  });

  it("stop no release for a slow model that is as slow as it may be", async () => {
    await create({ longestRequestSeconds: 60 });
    expect(recording.find(alarm, "serving-latency").inputs.threshold).toBe(30);
  });

  it("go to an encrypted topic that only this account's alarms may publish to", async () => {
    const endpoint = await create({ alarmEmails: ["ops@example.com"] });
    expect(recording.find("aws:sns/topic:Topic").inputs.kmsMasterKeyId).toBe(
      awsArn("kms", "key", "serving-alarms"),
    );
    expect(recording.find("aws:kms/key:Key").inputs.enableKeyRotation).toBe(true);
    expect(policyOf("aws:kms/key:Key").Statement).toMatchObject([
      { Principal: { AWS: `arn:aws:iam::${account}:root` } },
      {
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ]);
    expect(policyOf("aws:sns/topicPolicy:TopicPolicy").Statement).toMatchObject([
      {
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:${account}:alarm:*` },
        },
      },
      { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ]);
    expect(recording.find("aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
      topic: topicArn,
      protocol: "email",
      endpoint: "ops@example.com",
    });
    expect(await promiseOf(endpoint.alarmTopicArn)).toBe(topicArn);
  });

  it("go to the given topic", async () => {
    const alarmTopicArn = `arn:aws:sns:${region}:${account}:ours`;
    const endpoint = await create({ alarmTopicArn });
    expect(all("aws:sns/topic:Topic")).toEqual([]);
    expect(all("aws:kms/key:Key")).toEqual([]);
    expect(recording.find(alarm, "serving-errors").inputs.alarmActions).toEqual([alarmTopicArn]);
    expect(await promiseOf(endpoint.alarmTopicArn)).toBe(alarmTopicArn);
  });
});

describe("around the load balancer", () => {
  it("there is a record in the given zone", async () => {
    await create({ ...secure, zoneId: "Z0123456789" });
    expect(recording.find("aws:route53/record:Record").inputs).toEqual({
      zoneId: "Z0123456789",
      name: "model.example.com",
      type: "A",
      aliases: [
        {
          name: `serving.${region}.elb.amazonaws.com`,
          zoneId: "Z215JYRZR1TBD5",
          evaluateTargetHealth: true,
        },
      ],
    });
  });

  it("there is the given web ACL", async () => {
    const webAclArn = `arn:aws:wafv2:${region}:${account}:regional/webacl/ours/1`;
    await create({ webAclArn });
    expect(recording.find("aws:wafv2/webAclAssociation:WebAclAssociation").inputs).toEqual({
      resourceArn: awsArn("lb", "loadBalancer", "serving"),
      webAclArn,
    });
  });

  it("everything that can have tags has them, the caller's too", async () => {
    await create({ ...secure, grpc: true, tags: { team: "vision" } });
    const untaggable = [
      "s3/bucketPolicy",
      "s3/bucketPublicAccessBlock",
      "s3/bucketOwnershipControls",
      "s3/bucketServerSideEncryptionConfiguration",
      "s3/bucketLifecycleConfiguration",
      "sns/topicPolicy",
    ];
    for (const { type, name, inputs } of recording.resources) {
      if (type.startsWith("aws:") && !untaggable.includes(type.split(":")[1])) {
        expect(inputs.tags, `${type} ${name}`).toMatchObject({
          team: "vision",
          "tfserving:stack": "tfserving/dev",
        });
      }
    }
  });

  it("everything is its child", async () => {
    await create({ ...secure, grpc: true });
    for (const { type, parent } of recording.resources.filter((r) => r.type.startsWith("aws:"))) {
      expect(parent, type).toContain("tfserving:index:AlbEndpoint::serving");
    }
  });
});

describe("an endpoint", () => {
  it.each<[string, Partial<AlbEndpointArgs>, string, string]>([
    ["one subnet", { subnetIds: ["subnet-a"] }, "subnetIds", "two"],
    ["public without a certificate", { public: true }, "certificateArn", "clear text"],
    ["gRPC without a certificate", { grpc: true }, "certificateArn", "HTTPS only"],
    [
      "what is no certificate",
      { ...secure, certificateArn: "cert" },
      "certificateArn",
      "arn:aws:acm:",
    ],
    ["a certificate without a name", { ...secure, domainName: undefined }, "domainName", "name"],
    ["a zone without a name", { zoneId: "Z1" }, "domainName", "record"],
    ["a name that is none", { ...secure, domainName: "Model" }, "domainName", "model.example.com"],
    ["a block that is none", { clientCidrs: ["10.0.0.0"] }, "clientCidrs[0]", "10.0.0.0/8"],
    ["everyone", { ...secure, clientCidrs: ["0.0.0.0/0"] }, "clientCidrs[0]", "public: true"],
    [
      "the internet and no clients",
      { ...secure, public: true, clientCidrs: [] },
      "clientCidrs",
      "0.0.0.0/0 for everyone",
    ],
    [
      "public addresses in HTTP",
      { clientCidrs: ["192.0.2.0/24"] },
      "clientCidrs[0]",
      "no private addresses",
    ],
    ["a block twice", { clientCidrs: ["10.0.0.0/16", "10.0.0.0/16"] }, "clientCidrs", "twice"],
    [
      "half a second for a request",
      { longestRequestSeconds: 0.5 },
      "longestRequestSeconds",
      "1 to 3595",
    ],
    ["too much time", { longestRequestSeconds: 3600 }, "longestRequestSeconds", "1 to 3595"],
    ["a quick slow start", { slowStartSeconds: 5 }, "slowStartSeconds", "30 to 900"],
    ["logs for no day", { accessLogRetentionDays: 0 }, "accessLogRetentionDays", "1 to 3650"],
    ["what is no web ACL", { webAclArn: "arn:aws:waf::1:x" }, "webAclArn", "arn:aws:wafv2:"],
    ["what is no topic", { alarmTopicArn: "ops" }, "alarmTopicArn", "arn:aws:sns:"],
    [
      "a topic and addresses",
      { alarmTopicArn: "arn:aws:sns:eu-central-1:1:x", alarmEmails: ["a@example.com"] },
      "alarmEmails",
      "subscribe",
    ],
    [
      "an address that is none",
      { alarmEmails: ["ops"] },
      "alarmEmails[0]",
      "use an address such as",
    ],
    ["no errors ever", { maxErrorPercent: 0 }, "maxErrorPercent", "above 0"],
    ["no latency", { maxLatencySeconds: 0 }, "maxLatencySeconds", "above 0"],
  ])("refuses %s", (_, args, propertyPath, part) => {
    const problems = problemsOf(() => new AlbEndpoint("serving", { ...required, ...args }));
    expect(problems).toEqual([{ propertyPath, reason: expect.stringContaining(part) }]);
  });

  it("says everything that is wrong in one message", () => {
    const problems = problemsOf(
      () =>
        new AlbEndpoint("serving", { ...required, grpc: true, public: true, clientCidrs: ["x"] }),
    );
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([
      "clientCidrs[0]",
      "certificateArn",
      "certificateArn",
    ]);
  });

  it("takes what is known to AWS only later", async () => {
    await create({ ...secure, certificateArn: pulumi.output(secure.certificateArn) });
    expect(recording.find(listener, "serving-https").inputs.certificateArn).toBe(
      secure.certificateArn,
    );
  });
});
