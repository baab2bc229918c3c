/** What instances cost by the hour, on demand: docs/aws-prices.json. */
export interface PriceList {
  readonly source: { readonly generated: string };
  readonly region: string;
  readonly currency: string;
  /** By instance type. */
  readonly instances: Readonly<Record<string, number>>;
}

/** A resource as it is on record, or as a preview has it. */
export interface PricedResource {
  /** Such as `aws:autoscaling/group:Group`. */
  readonly type: string;
  readonly name: string;
  // Each type has its own; whatever is not a plain value is not known yet.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly props: any;
}

/** What the instances of a stack cost in a month. */
export interface MonthlyCost {
  /** With the instances that the stack asks for. */
  readonly usual: number;
  /** With as many as it may have. */
  readonly most: number;
  /** Instances of a kind, in words: `staging-instances: 1 to 4 c7i.xlarge`. */
  readonly instances: readonly string[];
  /** Instances of which the list has no price, and so no part of the sums. */
  readonly unpriced: readonly string[];
}

/** As AWS' own calculator counts a month. */
export const hoursPerMonth = 730;

/**
 * What a stack's EC2 instances cost in a month by a price list, as if all were on demand: spot
 * instances cost less. Load balancers, volumes, addresses and traffic are not among the prices.
 */
export function monthlyCost(resources: readonly PricedResource[], prices: PriceList): MonthlyCost {
  const fleets = resources.flatMap(fleetOf);
  const isPriced = ({ instanceType }: Fleet) => instanceType in prices.instances;
  const priced = fleets.filter(isPriced);
  const sum = (count: (fleet: Fleet) => number) =>
    priced.reduce((all, fleet) => all + count(fleet) * prices.instances[fleet.instanceType], 0) *
    hoursPerMonth;
  return {
    usual: sum(({ usual }) => usual),
    most: sum(({ most }) => most),
    instances: priced.map(inWords),
    unpriced: fleets.filter((fleet) => !isPriced(fleet)).map(inWords),
  };
}

/** Instances of one type. */
interface Fleet {
  readonly name: string;
  readonly instanceType: string;
  readonly usual: number;
  readonly most: number;
}

function fleetOf({ type, name, props }: PricedResource): Fleet[] {
  if (type === "aws:ec2/instance:Instance") {
    return [{ name, instanceType: textOf(props.instanceType), usual: 1, most: 1 }];
  }
  if (type !== "aws:autoscaling/group:Group") {
    return [];
  }
  const [first] = listOf(props.mixedInstancesPolicy?.launchTemplate?.overrides);
  const fewest = numberOf(props.minSize);
  const usual = Math.max(fewest, numberOf(props.desiredCapacity));
  const most = Math.max(usual, numberOf(props.maxSize));
  return [{ name, instanceType: textOf(first?.instanceType), usual, most }];
}

function inWords({ name, instanceType, usual, most }: Fleet): string {
  const count = usual === most ? `${most}` : `${usual} to ${most}`;
  return `${name}: ${count} ${instanceType || "of a type that is not known yet"}`;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Empty for what a preview does not know: it has a mark of its own there, which names no type. */
function textOf(value: unknown): string {
  return typeof value === "string" && /^[\w-]+\.[\w-]+$/.test(value) ? value : "";
}

function listOf(value: unknown): { instanceType?: unknown }[] {
  return Array.isArray(value) ? value : [];
}
