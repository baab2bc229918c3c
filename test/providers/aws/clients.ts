// Clients of the AWS SDK, each loaded when it is first needed: a provider starts for every update.
import { createRequire } from "module";
import type * as applicationAutoScaling from "@aws-sdk/client-application-auto-scaling";
import type * as autoScaling from "@aws-sdk/client-auto-scaling";
import type * as cloudWatch from "@aws-sdk/client-cloudwatch";
import type * as logs from "@aws-sdk/client-cloudwatch-logs";
import type * as ec2 from "@aws-sdk/client-ec2";
import type * as ecr from "@aws-sdk/client-ecr";
import type * as ecs from "@aws-sdk/client-ecs";
import type * as efs from "@aws-sdk/client-efs";
import type * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as iam from "@aws-sdk/client-iam";
import type * as kms from "@aws-sdk/client-kms";
import type * as route53 from "@aws-sdk/client-route-53";
import type * as s3 from "@aws-sdk/client-s3";
import type * as secretsManager from "@aws-sdk/client-secrets-manager";
import type * as sns from "@aws-sdk/client-sns";
import type * as ssm from "@aws-sdk/client-ssm";
import type * as sts from "@aws-sdk/client-sts";

const load = createRequire(__filename);

let region: string | undefined;

/** Says which region the clients ask. */
export function useRegion(name: string | undefined): void {
  region = name;
}

/** The region of the provider's configuration. */
export function currentRegion(): string {
  if (!region) {
    throw new Error("Missing region configuration: set aws:region");
  }
  return region;
}

/** Address of the AWS API server; nothing but this machine is asked. */
function endpoint(): string {
  const address = process.env.AWS_ENDPOINT_URL;
  if (!address || new URL(address).hostname !== "127.0.0.1") {
    throw new Error(`AWS_ENDPOINT_URL is ${address}, but has to be a server on 127.0.0.1`);
  }
  return address;
}

const made = new Map<string, unknown>();

function client<Client>(name: string, className: string, options: object = {}): Client {
  const key = `${name} ${currentRegion()}`;
  if (!made.has(key)) {
    const { [className]: Class } = load(`@aws-sdk/client-${name}`) as Record<
      string,
      new (settings: object) => unknown
    >;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    made.set(
      key,
      new Class({ region: currentRegion(), endpoint: endpoint(), credentials, ...options }),
    );
  }
  return made.get(key) as Client;
}

export const clients = {
  applicationAutoScaling: () =>
    client<applicationAutoScaling.ApplicationAutoScaling>(
      "application-auto-scaling",
      "ApplicationAutoScaling",
    ),
  autoScaling: () => client<autoScaling.AutoScaling>("auto-scaling", "AutoScaling"),
  cloudWatch: () => client<cloudWatch.CloudWatch>("cloudwatch", "CloudWatch"),
  logs: () => client<logs.CloudWatchLogs>("cloudwatch-logs", "CloudWatchLogs"),
  ec2: () => client<ec2.EC2>("ec2", "EC2"),
  ecr: () => client<ecr.ECR>("ecr", "ECR"),
  ecs: () => client<ecs.ECS>("ecs", "ECS"),
  efs: () => client<efs.EFS>("efs", "EFS"),
  elb: () =>
    client<elb.ElasticLoadBalancingV2>("elastic-load-balancing-v2", "ElasticLoadBalancingV2"),
  iam: () => client<iam.IAM>("iam", "IAM"),
  kms: () => client<kms.KMS>("kms", "KMS"),
  route53: () => client<route53.Route53>("route-53", "Route53"),
  s3: () => client<s3.S3>("s3", "S3", { forcePathStyle: true }),
  secretsManager: () => client<secretsManager.SecretsManager>("secrets-manager", "SecretsManager"),
  sns: () => client<sns.SNS>("sns", "SNS"),
  ssm: () => client<ssm.SSM>("ssm", "SSM"),
  sts: () => client<sts.STS>("sts", "STS"),
};

/** A call of Certificate Manager, of which no client is installed; the server checks no signature. */
export async function callAcm(operation: string, parameters: object) {
  const scope = `test/20260101/${currentRegion()}/acm/aws4_request`;
  const answer = await fetch(endpoint(), {
    method: "POST",
    headers: {
      Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `CertificateManager.${operation}`,
    },
    body: JSON.stringify(parameters),
  });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${operation}: ${text}`);
  }
  return JSON.parse(text);
}
