import { longestRequestSeconds } from "../../serving/requestTimes";
import { Problem, wholeNumber } from "../../core/problem";
import { isArnOf } from "../arn";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { checkIpv4Block, everyone, isPrivate } from "../../core/cidr";

/** The part of an endpoint's arguments that can be judged before there is any resource. */
export type AlbEndpointShape = Pick<
  ResolvedAlbEndpointArgs,
  | "certificateArn"
  | "domainName"
  | "zoneId"
  | "grpc"
  | "public"
  | "clientCidrs"
  | "longestRequestSeconds"
  | "slowStartSeconds"
  | "accessLogRetentionDays"
  | "webAclArn"
  | "alarmTopicArn"
  | "alarmEmails"
  | "maxErrorPercent"
  | "maxLatencySeconds"
> & { subnetIds?: unknown };

/** Everything about an endpoint that AWS would refuse, that nobody could reach or that is too open. */
export function checkAlbEndpoint(shape: AlbEndpointShape): Problem[] {
  return [
    ...checkSubnets(shape.subnetIds),
    ...checkCertificate(shape),
    ...checkName(shape),
    ...checkClients(shape),
    ...wholeNumber("longestRequestSeconds", shape.longestRequestSeconds, 1, longestRequestSeconds),
    ...checkSlowStart(shape.slowStartSeconds),
    ...wholeNumber("accessLogRetentionDays", shape.accessLogRetentionDays, 1, 3650),
    ...checkArn("webAclArn", shape.webAclArn, ["wafv2"], "a regional web ACL of AWS WAF"),
    ...checkAlarms(shape),
  ];
}

/** A literal list only: what is an output is known to AWS first. */
function checkSubnets(subnetIds: unknown): Problem[] {
  return Array.isArray(subnetIds) && subnetIds.length < 2
    ? [
        {
          propertyPath: "subnetIds",
          reason: `has ${subnetIds.length} subnets: a load balancer needs two at least, in two Availability Zones`,
        },
      ]
    : [];
}

function checkCertificate(shape: AlbEndpointShape): Problem[] {
  if (shape.certificateArn !== undefined) {
    return checkArn("certificateArn", shape.certificateArn, ["acm", "iam"], "a certificate");
  }
  const reasons = [
    ...(shape.public ? ["public is true: predictions would cross the internet in clear text"] : []),
    ...(shape.grpc ? ["grpc is true: AWS routes gRPC on HTTPS only"] : []),
  ];
  return reasons.map((reason) => ({
    propertyPath: "certificateArn",
    reason: `is missing, and ${reason}; give the ARN of a certificate in ACM`,
  }));
}

const domain =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

function checkName({ certificateArn, domainName, zoneId }: AlbEndpointShape): Problem[] {
  if (domainName !== undefined) {
    return domain.test(domainName)
      ? []
      : [
          {
            propertyPath: "domainName",
            reason: `is "${domainName}", which is no domain name: write one like model.example.com`,
          },
        ];
  }
  const needed = [
    ...(certificateArn === undefined ? [] : ["certificateArn, which is for a name"]),
    ...(zoneId === undefined ? [] : ["zoneId, which wants a record"]),
  ];
  return needed.map((what) => ({
    propertyPath: "domainName",
    reason: `is missing beside ${what}: give the name that clients use`,
  }));
}

function checkClients(shape: AlbEndpointShape): Problem[] {
  const { clientCidrs } = shape;
  const repeated = clientCidrs.filter((cidr, index) => clientCidrs.indexOf(cidr) < index);
  return [
    ...clientCidrs.flatMap((cidr, index) => checkClient(`clientCidrs[${index}]`, cidr, shape)),
    ...repeated.map((cidr) => ({
      propertyPath: "clientCidrs",
      reason: `has ${cidr} twice: name it once`,
    })),
    ...(shape.public && clientCidrs.length === 0
      ? [
          {
            propertyPath: "clientCidrs",
            reason: `is empty although public is true: name who may call, ${everyone} for everyone`,
          },
        ]
      : []),
  ];
}

function checkClient(propertyPath: string, cidr: string, shape: AlbEndpointShape): Problem[] {
  const problems = checkIpv4Block(propertyPath, cidr);
  if (problems.length > 0) {
    return problems;
  }
  if (cidr.endsWith("/0") && !shape.public) {
    return [
      { propertyPath, reason: `is ${cidr}, everyone: name blocks of clients, or set public: true` },
    ];
  }
  return shape.certificateArn !== undefined || isPrivate(cidr)
    ? []
    : [
        {
          propertyPath,
          reason: `is ${cidr}, which are no private addresses, and there is no certificateArn: HTTP stays inside the VPC and its private networks`,
        },
      ];
}

function checkSlowStart(seconds: number): Problem[] {
  return seconds === 0 || (Number.isInteger(seconds) && seconds >= 30 && seconds <= 900)
    ? []
    : [
        {
          propertyPath: "slowStartSeconds",
          reason: `is ${seconds}: use a whole number from 30 to 900, or 0 for none`,
        },
      ];
}

function checkAlarms(shape: AlbEndpointShape): Problem[] {
  const { alarmTopicArn, alarmEmails, maxErrorPercent, maxLatencySeconds } = shape;
  return [
    ...checkArn("alarmTopicArn", alarmTopicArn, ["sns"], "an SNS topic"),
    ...(alarmTopicArn !== undefined && alarmEmails.length > 0
      ? [
          {
            propertyPath: "alarmEmails",
            reason: "is given beside alarmTopicArn: subscribe them to that topic instead",
          },
        ]
      : []),
    ...alarmEmails.flatMap((email, index) =>
      /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)
        ? []
        : [{ propertyPath: `alarmEmails[${index}]`, reason: `is "${email}", which is no address` }],
    ),
    ...(maxErrorPercent > 0 && maxErrorPercent < 100
      ? []
      : [
          {
            propertyPath: "maxErrorPercent",
            reason: `is ${maxErrorPercent}: use a number above 0 and below 100`,
          },
        ]),
    ...(maxLatencySeconds > 0
      ? []
      : [
          {
            propertyPath: "maxLatencySeconds",
            reason: `is ${maxLatencySeconds}: use a number of seconds above 0`,
          },
        ]),
  ];
}

function checkArn(
  propertyPath: string,
  value: unknown,
  services: string[],
  what: string,
): Problem[] {
  return value === undefined || isArnOf(value, services)
    ? []
    : [
        {
          propertyPath,
          reason: `is ${JSON.stringify(value)}, which is not the ARN of ${what}: it starts with arn:aws:${services[0]}:`,
        },
      ];
}
