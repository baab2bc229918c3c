import { describe, expect, it } from "vitest";

import { unknown } from "../../providers/host/provider";
import { group, provider, trust, urnOf } from "./testProvider";

describe("plans", () => {
  const token = "aws:lb/targetGroup:TargetGroup";
  const urn = urnOf(token, "rest");

  it("a name for a resource without one, and keeps it", () => {
    const first = provider.check(urn, {}, group).inputs;
    const second = provider.check(urn, first, { ...group, slowStart: 60 }).inputs;

    expect(first.name).toMatch(/^rest-[0-9a-f]{7}$/);
    expect(second.name).toBe(first.name);
  });

  it("a new resource before the old one goes, where the name is new", () => {
    const before = provider.check(urn, {}, group).inputs;
    const after = provider.check(urn, before, { ...group, port: 8500 }).inputs;

    expect(provider.diff(urn, before, after)).toEqual({
      changed: ["port"],
      replaces: ["port"],
      deleteFirst: false,
    });
  });

  it("the end of the old one first, where both would have the name", () => {
    const before = provider.check(urn, {}, { ...group, name: "rest" }).inputs;
    const after = provider.check(urn, before, { ...group, name: "rest", port: 8500 }).inputs;

    expect(provider.diff(urn, before, after).deleteFirst).toBe(true);
  });

  it("no change for another order where AWS has none", () => {
    const cluster = urnOf("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "one");

    expect(
      provider.diff(
        cluster,
        { clusterName: "one", capacityProviders: ["a", "b"] },
        { clusterName: "one", capacityProviders: ["b", "a"] },
      ).changed,
    ).toEqual([]);
  });

  it("no change for another form of the same JSON", () => {
    const role = urnOf("aws:iam/role:Role", "one");

    expect(
      provider.diff(
        role,
        { assumeRolePolicy: trust },
        { assumeRolePolicy: JSON.stringify(JSON.parse(trust), undefined, 2) },
      ).changed,
    ).toEqual([]);
  });

  it("a replacement where a value that replaces is not known yet", () => {
    expect(provider.diff(urn, group, { ...group, vpcId: unknown }).replaces).toEqual(["vpcId"]);
  });

  it("what an update leaves alone as known, and what it changes as unknown", () => {
    const template = urnOf("aws:ec2/launchTemplate:LaunchTemplate", "one");
    const state = { id: "lt-1", arn: "arn", latestVersion: 1, instanceType: "g5.xlarge" };
    const inputs = { instanceType: "g5.xlarge" };

    expect(
      provider.planUpdate(template, state, inputs, { instanceType: "g5.2xlarge" }),
    ).toMatchObject({ arn: "arn", latestVersion: unknown, instanceType: "g5.2xlarge" });
    expect(
      provider.planUpdate(template, state, inputs, { ...inputs, tags: { a: "b" } }),
    ).toMatchObject({ latestVersion: 1, tagsAll: { team: "models", a: "b" } });
  });
});
