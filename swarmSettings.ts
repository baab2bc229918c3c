import * as pulumi from "@pulumi/pulumi";
import {
  checkSwarmModelService,
  DockerEngine,
  EndpointMode,
  modelServiceDefaults,
  Problem,
  resolveSwarmModelServiceArgs,
  SwarmModelServiceArgs,
} from "./components";

type Service = Omit<SwarmModelServiceArgs, "image"> & {
  publishAddress: string;
  pids: number;
  canary?: object;
};

/** What only the Swarm target has: its config keys start with `swarm`. */
export function readSwarm(config: pulumi.Config) {
  const text = (key: string) => config.get(key) || undefined;
  return {
    endpointMode: (text("swarmEndpointMode") ?? EndpointMode.Dnsrr) as EndpointMode,
    address: text("swarmAddress"),
    balancers: config.getNumber("swarmBalancers") || undefined,
    reservedCpus: Number(text("swarmReservedCpus") ?? 0),
    constraints: config.getObject<string[]>("swarmConstraints") ?? [],
    spreadOver: text("swarmSpreadOver"),
    subnet: text("swarmSubnet"),
  };
}

/** Everything wrong with a service on Swarm, by config key. */
export function checkSwarm(
  service: Service,
  swarm: ReturnType<typeof readSwarm>,
  registry: SwarmModelServiceArgs["registry"],
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  const args = resolveSwarmModelServiceArgs({ image: "", ...service, ...swarm, registry, engine });
  return [
    ...checkUnused(service),
    ...checkSwarmModelService(args, stack, engine).map(({ propertyPath, reason }) => ({
      propertyPath: keyOf(propertyPath, Object.keys(swarm)),
      reason,
    })),
  ];
}

/** `balancers` is `swarmBalancers` in the configuration. */
function keyOf(propertyPath: string, swarmKeys: string[]): string {
  return swarmKeys.includes(propertyPath.replace(/\[.*/, ""))
    ? `swarm${propertyPath[0].toUpperCase()}${propertyPath.slice(1)}`
    : propertyPath;
}

/** Settings that other targets have and Swarm cannot honour. */
function checkUnused({ publishAddress, pids, canary }: Service): Problem[] {
  const anyAddress = [modelServiceDefaults.publishAddress, "0.0.0.0"].includes(publishAddress);
  return [
    ...(anyAddress
      ? []
      : [
          {
            propertyPath: "publishAddress",
            reason:
              `is ${publishAddress}, but Swarm publishes on all addresses of a node: leave it out, ` +
              "and close the ports of the others in the nodes' firewalls",
          },
        ]),
    ...(canary === undefined
      ? []
      : [
          {
            propertyPath: "canaryVersion",
            reason: "is set, but a canary needs target docker: leave it out on swarm",
          },
        ]),
    ...(pids === modelServiceDefaults.pids
      ? []
      : [
          {
            propertyPath: "pids",
            reason: `is ${pids}, but Docker's Pulumi provider has no such limit for Swarm: leave it out`,
          },
        ]),
  ];
}
