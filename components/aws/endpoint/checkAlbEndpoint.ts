import {
  everyone,
  checkIpv4Block,
  isPrivate,
} from "@tf-model-serving/core/internal/arguments/cidr";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  laterOr,
  listOf,
  objectOf,
  problemsOfArgs,
  textLike,
  textThat,
  trueOrFalse,
  valueWhere,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { longestRequestSeconds } from "@tf-model-serving/core/internal/serving/requestTimes";
import { arnOf } from "../arn";
import { tagsSchema } from "../tags";
import { albEndpointDefaults, AlbEndpointArgs, ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { albAuthSchema } from "./callerArgs";
import { albLimitsSchema } from "./openPaths";

/** Shape and range of AlbEndpointArgs. */
export const albEndpointSchema = objectOf<AlbEndpointArgs>({
  vpcId: laterOr(anyText()),
  vpcCidr: laterOr(anyText()),
  subnetIds: laterOr(listOf(laterOr(anyText()))),
  modelName: anyText(),
  certificateArn: laterOr(arnOf(["acm", "iam"], "a certificate")).optional(),
  domainName: textLike(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/,
    "use a domain name such as model.example.com",
  ).optional(),
  zoneId: laterOr(anyText()).optional(),
  grpc: trueOrFalse().optional(),
  public: trueOrFalse().optional(),
  clientCidrs: listOf(textThat(checkIpv4Block)).optional(),
  clientSecurityGroupIds: listOf(laterOr(anyText())).optional(),
  auth: albAuthSchema.optional(),
  limits: albLimitsSchema.optional(),
  longestRequestSeconds: wholeNumberFrom(1, longestRequestSeconds).optional(),
  slowStartSeconds: valueWhere<number>(
    (seconds) => seconds === 0 || (Number.isInteger(seconds) && seconds >= 30 && seconds <= 900),
    "use a whole number from 30 to 900, or 0 for none",
  ).optional(),
  sslPolicy: anyText().optional(),
  deletionProtection: trueOrFalse().optional(),
  accessLogs: trueOrFalse().optional(),
  accessLogRetentionDays: wholeNumberFrom(1, 3650).optional(),
  retainLogsOnDestroy: trueOrFalse().optional(),
  webAclArn: laterOr(arnOf(["wafv2"], "a regional web ACL of AWS WAF")).optional(),
  alarmTopicArn: laterOr(arnOf(["sns"], "an SNS topic")).optional(),
  alarmEmails: listOf(
    textLike(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "use an address such as team@example.com"),
  ).optional(),
  maxErrorPercent: valueWhere<number>(
    (percent) => percent > 0 && percent < 100,
    "use a number above 0 and below 100",
  ).optional(),
  maxLatencySeconds: valueWhere<number>(
    (seconds) => seconds > 0,
    "use a number of seconds above 0",
  ).optional(),
  tags: tagsSchema().optional(),
});

/** Everything about an endpoint that AWS would refuse, that nobody could reach or that is too open. */
export function checkAlbEndpoint(args: ResolvedAlbEndpointArgs): Problem[] {
  const { maxLatencySeconds, ...others } = args;
  const given = {
    ...others,
    // Without an argument of its own it follows from longestRequestSeconds, and is as wrong.
    ...(maxLatencySeconds === args.longestRequestSeconds / 2 ? {} : { maxLatencySeconds }),
  };
  return problemsOfArgs(albEndpointSchema, given, albEndpointDefaults, (sound) => [
    ...checkSubnets(sound.subnetIds),
    // What is refused is not missing.
    ...checkCertificate(args),
    ...checkTokens(args),
    ...checkName(args),
    ...checkClients(sound),
    ...checkReach(args),
    ...checkAlarms(sound),
  ]);
}

/** What the rules look at. */
type Endpoint = Pick<
  ResolvedAlbEndpointArgs,
  | "certificateArn"
  | "domainName"
  | "zoneId"
  | "grpc"
  | "auth"
  | "public"
  | "clientCidrs"
  | "alarmTopicArn"
  | "alarmEmails"
>;

/** A literal list only: what is an output is known to AWS first. */
function checkSubnets(subnetIds: unknown): Problem[] {
  return Array.isArray(subnetIds) && subnetIds.length < 2
    ? [
        {
          propertyPath: "subnetIds",
          reason: `names ${subnetIds.length}: a load balancer needs two subnets at least, in two Availability Zones`,
        },
      ]
    : [];
}

function checkCertificate(shape: Endpoint): Problem[] {
  if (shape.certificateArn !== undefined) {
    return [];
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

/** Tokens in clear text would be anybody's, and AWS checks them on HTTPS only. */
function checkTokens({ auth, certificateArn }: Endpoint): Problem[] {
  return auth?.jwt && certificateArn === undefined
    ? [
        {
          propertyPath: "auth.jwt",
          reason:
            "is given, and there is no certificateArn: AWS checks tokens on HTTPS only, so give the " +
            "ARN of a certificate in ACM",
        },
      ]
    : [];
}

function checkName({ certificateArn, domainName, zoneId }: Endpoint): Problem[] {
  if (domainName !== undefined) {
    return [];
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

function checkClients(shape: Endpoint): Problem[] {
  const { clientCidrs } = shape;
  const repeated = clientCidrs.filter((cidr, index) => clientCidrs.indexOf(cidr) < index);
  return [
    ...clientCidrs.flatMap((cidr, index) => checkClient(`clientCidrs[${index}]`, cidr, shape)),
    ...repeated.map((cidr) => ({
      propertyPath: "clientCidrs",
      reason: `has ${cidr} twice: name it once`,
    })),
  ];
}

function checkReach({ clientCidrs, public: isPublic }: Endpoint): Problem[] {
  return isPublic && clientCidrs?.length === 0
    ? [
        {
          propertyPath: "clientCidrs",
          reason: `is empty although public is true: name who may call, ${everyone} for everyone`,
        },
      ]
    : [];
}

function checkClient(propertyPath: string, cidr: string, shape: Endpoint): Problem[] {
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

function checkAlarms({ alarmTopicArn, alarmEmails }: Endpoint): Problem[] {
  return alarmTopicArn !== undefined && alarmEmails.length > 0
    ? [
        {
          propertyPath: "alarmEmails",
          reason: "is given beside alarmTopicArn: subscribe them to that topic instead",
        },
      ]
    : [];
}
