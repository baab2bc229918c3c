import type { Functions, ResourceType, Service } from "./resourceType";
import account from "./services/account";
import appautoscaling from "./services/appautoscaling";
import autoscaling from "./services/autoscaling";
import cloudwatch from "./services/cloudwatch";
import ec2Functions from "./services/ec2Functions";
import ecrImages from "./services/ecrImages";
import ecrRepository from "./services/ecrRepository";
import ecsCluster from "./services/ecsCluster";
import ecsService from "./services/ecsService";
import ecsTaskDefinition from "./services/ecsTaskDefinition";
import efs from "./services/efs";
import iam from "./services/iam";
import kms from "./services/kms";
import launchTemplate from "./services/launchTemplate";
import listener from "./services/listener";
import loadBalancer from "./services/loadBalancer";
import logs from "./services/logs";
import route53 from "./services/route53";
import s3 from "./services/s3";
import secretsmanager from "./services/secretsmanager";
import securityGroup from "./services/securityGroup";
import sns from "./services/sns";
import targetGroup from "./services/targetGroup";
import vpcEndpoint from "./services/vpcEndpoint";

// prettier-ignore
const services: Service[] = [account, appautoscaling, autoscaling, cloudwatch, ec2Functions, ecrImages, ecrRepository, ecsCluster, ecsService, ecsTaskDefinition, efs, iam, kms, launchTemplate, listener, loadBalancer, logs, route53, s3, secretsmanager, securityGroup, sns, targetGroup, vpcEndpoint];

/** Every resource type that the provider knows, by token. */
const resourceTypes: Record<string, ResourceType> = Object.assign(
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
