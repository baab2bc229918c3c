import { clients, currentRegion } from "../clients";
import type { Plain } from "../../host/provider";
import type { Service } from "../resourceType";

async function getCallerIdentity() {
  const { Account, Arn, UserId } = await clients.sts().getCallerIdentity({});
  return { id: Account, accountId: Account, arn: Arn, userId: UserId };
}

async function getRegion() {
  const region = currentRegion();
  return { id: region, region, name: region, description: region };
}

async function getPartition() {
  return { id: "aws", partition: "aws", reverseDnsPrefix: "com.amazonaws" };
}

/** Of parameters that anybody may read. */
async function getParameter({ name }: Plain) {
  const { Parameter } = await clients.ssm().getParameter({ Name: name });
  const { ARN: arn, Type: type, Value: value, Version: version } = Parameter!;
  return { id: name, name, arn, type, value, version, insecureValue: value };
}

export default {
  resources: {},
  functions: {
    "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
    "aws:index/getRegion:getRegion": getRegion,
    "aws:index/getPartition:getPartition": getPartition,
    "aws:ssm/getParameter:getParameter": getParameter,
  },
} satisfies Service;
