import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import { problemsOf, unknown } from "../../support/mocks";
import { make, monitoring } from "./awsComponents";

/** A service whose name AWS has not made up yet. */
class ServiceName extends pulumi.CustomResource {
  declare public readonly serviceName: pulumi.Output<string>;
  constructor(name: string) {
    super("test:index:ServiceName", name, { serviceName: undefined });
  }
}

describe("the monitoring of a service", () => {
  it("is the alarm for replicas without room and the dashboard of monitoring.yaml", async () => {
    const { text } = await make(monitoring, { capacityMinutes: 20 });
    await expect(await text()).toMatchFileSnapshot("snapshots/monitoring.yaml");
  });

  it("has a place of its own for each chart", async () => {
    const { find } = await make(monitoring);
    const { dashboardBody } = find("Dashboard").inputs;
    const { widgets } = JSON.parse(String(dashboardBody)) as { widgets: Record<string, number>[] };
    const places = widgets.map(({ x, y }) => `${x},${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it("can be previewed before there is a service", async () => {
    const { find } = await make(
      () => monitoring({ serviceName: new ServiceName("service").serviceName }),
      {},
      { preview: true },
    );
    expect(find("Dashboard").inputs.dashboardBody).toBe(unknown);
  });

  it.each([0, 1441, 1.5])("refuses %s minutes without room", (capacityMinutes) => {
    const problems = problemsOf(() => monitoring({ capacityMinutes }));
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(["capacityMinutes"]);
  });
});
