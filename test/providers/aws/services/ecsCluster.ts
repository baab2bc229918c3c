import type * as pulumiEcs from "@pulumi/aws/ecs";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, number, object, required, set, tags, text } from "../shapes";
import { ecsTags, name, onOff, strategy } from "./ecs";

const cluster = resource<pulumiEcs.ClusterArgs>({
  inputs: {
    name,
    settings: set(
      object({
        name: text({ ...required, oneOf: ["containerInsights"] }),
        value: text({ ...required, oneOf: ["enabled", "enhanced", "disabled"] }),
      }),
    ),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    const { cluster } = await clients.ecs().createCluster({
      clusterName: inputs.name,
      settings: inputs.settings,
      tags: ecsTags(inputs.tags),
    });
    return { id: cluster!.clusterArn!, outputs: { arn: cluster!.clusterArn } };
  },
  async exists(id) {
    const { clusters = [] } = await clients.ecs().describeClusters({ clusters: [id] });
    return clusters.some(({ status }) => status === "ACTIVE");
  },
  delete: (id) => gone(clients.ecs().deleteCluster({ cluster: id })),
});

const capacityProvider = resource<pulumiEcs.CapacityProviderArgs>({
  inputs: {
    // "aws", "ecs" and "fargate" are AWS's own.
    name: { ...name, pattern: /^(?!aws|ecs|fargate)[a-zA-Z0-9_-]+$/ },
    autoScalingGroupProvider: object(
      {
        autoScalingGroupArn: text(fixed),
        managedDraining: onOff,
        managedScaling: object({
          status: onOff,
          targetCapacity: number({ min: 1, max: 100 }),
        }),
        managedTerminationProtection: onOff,
      },
      required,
    ),
    tags: tags(),
  },
  autoname: "name",
  check({ autoScalingGroupProvider: { managedScaling, managedTerminationProtection } }) {
    return managedTerminationProtection === "ENABLED" && managedScaling?.status !== "ENABLED"
      ? [
          {
            property: "autoScalingGroupProvider.managedTerminationProtection",
            reason: "needs managed scaling",
          },
        ]
      : [];
  },
  async create(inputs) {
    const { autoScalingGroupArn, managedTerminationProtection } = inputs.autoScalingGroupProvider;
    if (managedTerminationProtection === "ENABLED") {
      await needProtectedInstances(autoScalingGroupArn);
    }
    const { capacityProvider } = await clients.ecs().createCapacityProvider({
      name: inputs.name,
      autoScalingGroupProvider: inputs.autoScalingGroupProvider,
      tags: ecsTags(inputs.tags),
    });
    const arn = capacityProvider!.capacityProviderArn!;
    return { id: arn, outputs: { arn } };
  },
  async exists(id) {
    const { capacityProviders = [] } = await clients
      .ecs()
      .describeCapacityProviders({ capacityProviders: [id] });
    return capacityProviders.some(({ status }) => status === "ACTIVE");
  },
  delete: (id) => gone(clients.ecs().deleteCapacityProvider({ capacityProvider: id })),
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html */
async function needProtectedInstances(groupArn: string): Promise<void> {
  const groupName = groupArn.split("autoScalingGroupName/")[1];
  const { AutoScalingGroups: [group] = [] } = await clients
    .autoScaling()
    .describeAutoScalingGroups({ AutoScalingGroupNames: [groupName] });
  if (!group.NewInstancesProtectedFromScaleIn) {
    throw new Error(
      `Managed termination protection needs protectFromScaleIn of the group ${groupName}`,
    );
  }
}

const clusterCapacityProviders = resource<pulumiEcs.ClusterCapacityProvidersArgs>({
  inputs: {
    clusterName: text(fixed),
    capacityProviders: set(text()),
    defaultCapacityProviderStrategies: set(object(strategy)),
  },
  async create(inputs) {
    await putCapacityProviders(inputs);
    return { id: inputs.clusterName };
  },
  async exists(id) {
    const { clusters: [found] = [] } = await clients.ecs().describeClusters({ clusters: [id] });
    return found?.status === "ACTIVE" && (found.capacityProviders ?? []).length > 0;
  },
  async delete(id) {
    if (await cluster.exists(id, {})) {
      await putCapacityProviders({ clusterName: id });
    }
  },
});

async function putCapacityProviders(inputs: Plain): Promise<void> {
  const names: string[] = inputs.capacityProviders ?? [];
  const defaults: Plain[] = inputs.defaultCapacityProviderStrategies ?? [];
  for (const wanted of [...names, ...defaults.map((entry) => entry.capacityProvider)]) {
    if (!/^FARGATE(_SPOT)?$/.test(wanted) && !(await capacityProvider.exists(wanted, {}))) {
      throw new Error(`The capacity provider ${wanted} does not exist`);
    }
    if (!names.includes(wanted)) {
      throw new Error(`The default strategy's ${wanted} is none of the cluster's providers`);
    }
  }
  await clients.ecs().putClusterCapacityProviders({
    cluster: inputs.clusterName,
    capacityProviders: names,
    defaultCapacityProviderStrategy: defaults as [],
  });
}

export default {
  resources: {
    "aws:ecs/cluster:Cluster": cluster,
    "aws:ecs/capacityProvider:CapacityProvider": capacityProvider,
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": clusterCapacityProviders,
  },
} satisfies Service;
