import { describe, expect, it } from "vitest";

import { EcsModelService, type EcsModelServiceArgs } from "@tf-model-serving/aws";
import { rolledBack } from "../../../components/aws/service/deployment";
import { ReleaseStrategy } from "../../../components/core/serving/releaseStrategy";
import { awsArn } from "../../support/awsMocks";
import { isKnown, unknown } from "../../support/mocks";
import { make, service, serviceArgs } from "./awsComponents";
import { balanced, everything, settings } from "./awsSettings";

type Args = Partial<EcsModelServiceArgs>;

const { InPlace } = ReleaseStrategy;
const autoscaling = { minReplicas: 1, maxReplicas: 4, cpuPercent: 50 };

describe("a service on ECS", () => {
  it.each<[string, Args]>([
    ["service", {}],
    ["service-everything", everything<Args>(settings.service)],
  ])("has the resources and outputs of %s.yaml", async (file, args) => {
    const { text } = await make(service, args);
    await expect(await text()).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("starts replicas once they can be pulled and reached", async () => {
    const { find, all } = await make(service, balanced);
    const needed = ["RolePolicy", "SecurityGroupIngressRule", "SecurityGroupEgressRule"];
    const urns = needed.flatMap((kind) => all(kind).map(({ urn }) => urn));
    expect(urns).toHaveLength(5);
    expect(find("Service").dependencies).toEqual(expect.arrayContaining(urns));
  });

  it("gives the replicas themselves no rights", async () => {
    const { all } = await make(service);
    const roles = all("RolePolicy").map(({ inputs }) => inputs.role);
    expect(roles).toEqual(["serving-execution-role-1a2b3c4"]);
  });

  it.each<[string, Args, number[]]>([
    ["nobody without a load balancer", {}, []],
    [
      "gRPC only for its target group",
      { ...balanced, grpcTargetGroupArn: undefined },
      [8501, 8502],
    ],
    ["the load balancer, port by port", balanced, [8501, 8500, 8502]],
  ])("lets in %s", async (_, args, ports) => {
    const { all } = await make(service, args);
    const rules = all("SecurityGroupIngressRule").map(({ inputs }) => inputs);
    expect(rules.map(({ fromPort }) => fromPort)).toEqual(ports);
    expect(rules.every((rule) => rule.referencedSecurityGroupId === "sg-endpoint")).toBe(true);
  });

  it("leaves the number of replicas to autoscaling, which tracks what has a target", async () => {
    const { all, find } = await make(service, { autoscaling });
    expect(find("Service").ignoreChanges).toEqual(["desiredCount"]);
    expect(all("Policy").map(({ name }) => name)).toEqual(["serving-cpu"]);
  });

  it("can be previewed before roles, log group and security group are there", async () => {
    const { component, find } = await make(service, balanced, { preview: true });
    expect(await isKnown(component.serviceArn)).toBe(false);
    expect(find("TaskDefinition").inputs.containerDefinitions).toBe(unknown);
    expect(find("Service").inputs.desiredCount).toBe(2);
  });

  it("shortens the names of roles, whose limit is 64 with Pulumi's suffix", async () => {
    const { all } = await make(() => new EcsModelService("s".repeat(60), serviceArgs));
    const names = all("Role").map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    names.forEach((name) => expect(name.length).toBeLessThanOrEqual(56));
  });
});

describe("a release on ECS", () => {
  it.each<[string, Args, [number, number, string]]>([
    ["needs room for two of each", { replicas: 1 }, [100, 200, "ENABLED"]],
    ["in place stops half of the replicas", { strategy: InPlace }, [50, 100, "DISABLED"]],
    [
      "in place stops the only replica, or it could never begin",
      { strategy: InPlace, replicas: 1 },
      [0, 100, "DISABLED"],
    ],
    [
      "in place counts on the fewest replicas that autoscaling leaves",
      { strategy: InPlace, autoscaling },
      [0, 100, "DISABLED"],
    ],
  ])("%s", async (_, args, [least, most, rebalancing]) => {
    const { find } = await make(service, args);
    expect(find("Service").inputs).toMatchObject({
      deploymentMinimumHealthyPercent: least,
      deploymentMaximumPercent: most,
      availabilityZoneRebalancing: rebalancing,
    });
  });

  it("that was rolled back is no success", () => {
    const revision = (number: number) => awsArn("ecs", "task-definition", `serving:${number}`);
    expect(rolledBack(revision(7), revision(7))).toBeUndefined();
    expect(rolledBack(revision(7), "serving:7")).toBeUndefined();
    expect(rolledBack(revision(7), revision(6))).toMatch(
      /^The release was rolled back: the service runs serving:6 and not serving:7\./,
    );
  });
});
