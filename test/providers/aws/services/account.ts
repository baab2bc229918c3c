import { clients, currentRegion } from "../clients";
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
  const name = "aws";
  return {
    id: name,
    partition: name,
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  };
}

async function getAvailabilityZones() {
  const { AvailabilityZones = [] } = await clients.ec2().describeAvailabilityZones({});
  return {
    id: currentRegion(),
    names: AvailabilityZones.map(({ ZoneName }) => ZoneName),
    zoneIds: AvailabilityZones.map(({ ZoneId }) => ZoneId),
  };
}

export default {
  resources: {},
  functions: {
    "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
    "aws:index/getRegion:getRegion": getRegion,
    "aws:index/getPartition:getPartition": getPartition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
  },
} satisfies Service;
