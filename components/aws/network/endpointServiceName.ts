import * as ec2 from "@pulumi/aws/ec2";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as pulumi from "@pulumi/pulumi";

const usualPrefix = "com.amazonaws";

/**
 * What an AWS service is called where VPC endpoints are made, such as
 * `com.amazonaws.eu-west-1.ecr.api`. In a partition with names of its own, such as China's, only some
 * services have them, so that AWS is asked which it is.
 *
 * @param service - the last part of the name
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export function endpointServiceName(
  service: string,
  serviceType: "Interface" | "Gateway",
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { region } = getRegionOutput({}, { parent });
  const { reverseDnsPrefix } = getPartitionOutput({}, { parent });
  return pulumi.all([region, reverseDnsPrefix]).apply(async ([region, ownPrefix]) => {
    const nameWith = (prefix: string) => `${prefix}.${region}.${service}`;
    if (ownPrefix === usualPrefix) {
      return nameWith(usualPrefix);
    }
    const values = [usualPrefix, ownPrefix].map(nameWith);
    const filters = [{ name: "service-name", values }];
    const { serviceName } = await ec2.getVpcEndpointService({ serviceType, filters }, { parent });
    return serviceName;
  });
}
