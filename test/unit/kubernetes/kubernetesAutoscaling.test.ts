import { describe, expect, it } from "vitest";

import { checkKubernetesModelService } from "../../../components";
import { createAutoscaling } from "../../../components/kubernetes/autoscaling";
import { KubernetesAutoscalingArgs } from "../../../components/kubernetes/autoscalingArgs";
import { cluster, created, resolved } from "./kubernetesEdges";

describe("autoscaling on Kubernetes", () => {
  it("takes its pace from the arguments", async () => {
    const args = resolved({
      autoscaling: {
        minReplicas: 1,
        maxReplicas: 3,
        cpuPercent: 50,
        scaleDownSeconds: 60,
        scaleUpSeconds: 15,
      },
    });
    const [{ inputs }] = await created((parent) =>
      createAutoscaling("serving", args, "serving", parent),
    );
    expect(inputs.spec).toMatchObject({
      metrics: [{ resource: { target: { averageUtilization: 50 } } }],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 60 },
        scaleUp: { stabilizationWindowSeconds: 15 },
      },
    });
  });

  it("is not there unless it is asked for", async () => {
    expect(
      await created((parent) => createAutoscaling("serving", resolved(), "serving", parent)),
    ).toEqual([]);
  });

  it.each<[string, Partial<KubernetesAutoscalingArgs>, string, string]>([
    ["no replica at least", { minReplicas: 0 }, "minReplicas", "from 1 to 256"],
    ["more than the balancers know", { maxReplicas: 257 }, "maxReplicas", "from 1 to 256"],
    ["more at least than at most", { minReplicas: 9 }, "maxReplicas", "less than minReplicas, 9"],
    ["no CPU use", { cpuPercent: 0 }, "cpuPercent", "from 1 to 100"],
    ["more CPU use than there is", { cpuPercent: 101 }, "cpuPercent", "from 1 to 100"],
    ["half a second", { scaleUpSeconds: 0.5 }, "scaleUpSeconds", "from 0 to 3600"],
    ["two hours", { scaleDownSeconds: 7200 }, "scaleDownSeconds", "from 0 to 3600"],
  ])("refuses %s", (_, args, property, part) => {
    const autoscaling = { minReplicas: 2, maxReplicas: 8, ...args };
    expect(checkKubernetesModelService(resolved({ autoscaling }))).toEqual([
      { propertyPath: `autoscaling.${property}`, reason: expect.stringContaining(part) },
    ]);
  });

  it("refuses a fixed number beside it", () => {
    const autoscaling = { minReplicas: 2, maxReplicas: 8 };
    expect(checkKubernetesModelService(resolved({ autoscaling, replicas: 3 }))).toEqual([
      { propertyPath: "replicas", reason: expect.stringContaining("is 3, and autoscaling") },
    ]);
  });

  it("refuses a cluster that does not measure CPU use, and takes one that does", () => {
    const autoscaling = { minReplicas: 2, maxReplicas: 8 };
    const unmeasured = { ...cluster, apiVersions: ["v1"] };
    expect(checkKubernetesModelService(resolved({ autoscaling, cluster: unmeasured }))).toEqual([
      { propertyPath: "autoscaling", reason: expect.stringContaining("install metrics-server") },
    ]);
    expect(checkKubernetesModelService(resolved({ autoscaling, cluster }))).toEqual([]);
    expect(checkKubernetesModelService(resolved({ cluster: unmeasured }))).toEqual([]);
  });
});
