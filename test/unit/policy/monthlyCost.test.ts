import { expect, it } from "vitest";
import { monthlyCost, type PriceList } from "../../../policy/monthlyCost";

const prices: PriceList = {
  source: { generated: "2026-07-20T13:44:30Z" },
  ...{ region: "us-east-1", currency: "USD", instances: { "c7i.xlarge": 0.1, "g5.xlarge": 1 } },
};
const group = (props: object) => ({ type: "aws:autoscaling/group:Group", name: "fleet", props });
const ofType = (instanceType: string) => ({
  mixedInstancesPolicy: {
    launchTemplate: { overrides: [{ instanceType }, { instanceType: "x" }] },
  },
});

it("a group costs what its instances do, by those it asks for and those it may have", () => {
  const fleet = group({ minSize: 2, desiredCapacity: 3, maxSize: 4, ...ofType("c7i.xlarge") });
  const cost = monthlyCost([fleet], prices);
  expect(cost.usual).toBeCloseTo(3 * 0.1 * 730);
  expect(cost.most).toBeCloseTo(4 * 0.1 * 730);
  expect(cost.instances).toEqual(["fleet: 3 to 4 c7i.xlarge"]);
});

it("a single instance counts for itself, and other resources cost nothing here", () => {
  const host = {
    type: "aws:ec2/instance:Instance",
    name: "host",
    props: { instanceType: "g5.xlarge" },
  };
  const balancer = { type: "aws:lb/loadBalancer:LoadBalancer", name: "lb", props: {} };
  expect(monthlyCost([host, balancer], prices)).toMatchObject({ usual: 730, most: 730 });
});

it("a type without a price, or one that is not known yet, is named and adds nothing", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const groups = ["z9.huge", unknown].map((type) =>
    group({ minSize: 1, maxSize: 1, ...ofType(type) }),
  );
  expect(monthlyCost(groups, prices)).toEqual({
    ...{ usual: 0, most: 0, instances: [] },
    unpriced: ["fleet: 1 z9.huge", "fleet: 1 of a type that is not known yet"],
  });
});
