import type { Functions, ResourceType, Service } from "./resourceType";
import account from "./services/account";
import appautoscaling from "./services/appautoscaling";
import autoscaling from "./services/autoscaling";
import cloudwatch from "./services/cloudwatch";
import ec2 from "./services/ec2";
import ecr from "./services/ecr";
import ecs from "./services/ecs";
import efs from "./services/efs";
import elbv2 from "./services/elbv2";
import iam from "./services/iam";
import instances from "./services/instances";
import kms from "./services/kms";
import launchTemplate from "./services/launchTemplate";
import logs from "./services/logs";
import route53 from "./services/route53";
import s3 from "./services/s3";
import scheduler from "./services/scheduler";
import secretsmanager from "./services/secretsmanager";
import sns from "./services/sns";
import ssm from "./services/ssm";
import wafv2 from "./services/wafv2";

// prettier-ignore
const services: Service[] = [account, appautoscaling, autoscaling, cloudwatch, ec2, ecr, ecs, efs, elbv2, iam, instances, kms, launchTemplate, logs, route53, s3, scheduler, secretsmanager, sns, ssm, wafv2];

/** Every resource type that the provider knows, by token. */
export const resourceTypes: Record<string, ResourceType> = Object.assign(
  {},
  ...services.map((service) => service.resources),
);

const functions: Functions = Object.assign({}, ...services.map((service) => service.functions));

export function resourceTypeOf(token: string): ResourceType {
  if (!resourceTypes[token]) {
    throw new Error(`The test provider does not know the resource type ${token}`);
  }
  return resourceTypes[token];
}

export function functionOf(token: string): Functions[string] {
  if (!functions[token]) {
    throw new Error(`The test provider does not know the function ${token}`);
  }
  return functions[token];
}
