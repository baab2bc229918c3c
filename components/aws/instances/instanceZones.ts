import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

/** Zones of the region that offer one of the instance types, sorted. */
export async function zonesThatOffer(
  instanceTypes: string[],
  opts?: pulumi.InvokeOptions,
): Promise<string[]> {
  const { locations } = await ec2.getInstanceTypeOfferings(
    {
      locationType: "availability-zone",
      filters: [{ name: "instance-type", values: instanceTypes }],
    },
    opts,
  );
  return [...new Set(locations)].sort();
}

/** What is wrong with instance types that none of the zones offers; undefined where one does. */
export function notOffered(
  instanceTypes: string[],
  zones: string[],
  offered: string[],
): string | undefined {
  return zones.some((zone) => offered.includes(zone))
    ? undefined
    : `is "${instanceTypes.join('", "')}", which AWS does not offer in ${zones.join(", ")}: ` +
        `${offered.length > 0 ? `use subnets in ${offered.join(", ")}` : "use another region"}, ` +
        "or another type";
}

/** The subnets in which instances of one of the types can start, see `subnetsThatOffer`. */
export function instanceSubnets(
  subnetIds: pulumi.Input<pulumi.Input<string>[]>,
  instanceTypes: string[],
  parent: pulumi.Resource,
): pulumi.Output<string[]> {
  return pulumi.output(subnetIds).apply((ids) => subnetsThatOffer(ids, instanceTypes, parent));
}

/**
 * Subnets in zones that offer one of the types. In the others a group would try to start instances
 * again and again, and have fewer than it is told to; they are named on the screen.
 *
 * @throws RunError where no subnet is in a zone that offers one
 */
export async function subnetsThatOffer(
  ids: string[],
  instanceTypes: string[],
  parent: pulumi.Resource,
): Promise<string[]> {
  const [offered, subnets] = await Promise.all([
    zonesThatOffer(instanceTypes, { parent }),
    Promise.all(ids.map((id) => zonedSubnet(id, parent))),
  ]);
  const zones = subnets.map(({ zone }) => zone);
  const refused = notOffered(instanceTypes, zones, offered);
  if (refused !== undefined) {
    throw new pulumi.RunError(`instanceType ${refused}`);
  }
  const left = subnets.filter(({ zone }) => !offered.includes(zone));
  if (left.length > 0) {
    void pulumi.log.info(
      `No instance starts in ${left.map(({ id, zone }) => `${id} (${zone})`).join(", ")}: ` +
        `AWS does not offer ${instanceTypes.join(", ")} there`,
      parent,
    );
  }
  return subnets.filter(({ zone }) => offered.includes(zone)).map(({ id }) => id);
}

async function zonedSubnet(id: string, parent: pulumi.Resource) {
  return { id, zone: (await ec2.getSubnet({ id }, { parent })).availabilityZone };
}
