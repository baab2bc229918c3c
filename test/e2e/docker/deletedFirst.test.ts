// What the engine deletes before its successor is there, by what the providers themselves say.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { prepareToolchain } from "../../../cli/setup/toolchain";
import { declaredWith, everyTarget } from "../../support/everyTarget";
import { type Registration, secretValue } from "../../support/mocks";
import { OfficialProvider, unknown } from "../../support/officialProvider";

/** A resource by what shows in a table. */
type Name = string;

/**
 * By target: what goes before its successor comes, each with what the engine deletes with it, since it
 * would be replaced by a value that is not known yet.
 */
const deletedFirst: Record<string, Record<Name, Name[]>> = {
  docker: {
    // They publish a port of the host.
    "docker Container notebook": [],
    "docker Container serving-balancer": [],
  },
  "docker, in place": {
    "docker Container notebook": [],
    "docker Container serving-balancer": [],
    "docker Container serving-replica-1": [],
    "docker Container serving-replica-2": [],
  },
  swarm: {
    "docker Service notebook": [],
    "docker Service serving-balancer": [],
  },
  kubernetes: {
    // Their names are what clients and balancers call: only a change of what is never changed here,
    // `clusterIP`, would replace them.
    "kubernetes Service notebook": [],
    "kubernetes Service serving-canary": [],
    "kubernetes Service serving-replica": [],
    "kubernetes StatefulSet notebook": [],
  },
};

describe.each(Object.keys(deletedFirst))("on %s", (target) => {
  const providers = new Map<string, OfficialProvider>();

  beforeAll(async () => {
    await prepareToolchain(process.env, { target: "kubernetes" });
    const host = "unix:///var/run/docker.sock";
    providers.set("docker", await OfficialProvider.start("docker", { host }));
    // It then asks no cluster.
    const renderYamlToDirectory = "/nonexistent";
    const kubernetes = await OfficialProvider.start("kubernetes", { renderYamlToDirectory });
    providers.set("kubernetes", kubernetes);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  afterAll(() => providers.forEach((provider) => provider.stop()));

  test("nothing is deleted first but what cannot be there twice, and nothing with it", async () => {
    const resources = await declaredWith(everyTarget[target]);
    const found: Record<Name, Name[]> = {};
    for (const resource of resources.filter((one) => providers.has(packageOf(one)))) {
      if (await isDeletedFirst(resource)) {
        found[nameOf(resource)] = (await deletedWith(resource, resources)).map(nameOf).sort();
      }
    }
    expect(found).toEqual(deletedFirst[target]);
  });

  /** Whether a change of any of its inputs would delete a resource before there is another. */
  async function isDeletedFirst(resource: Registration): Promise<boolean> {
    for (const input of Object.keys(resource.inputs)) {
      const { replaces, deleteBeforeReplace } = await diff(resource, [input]);
      if (replaces.length > 0 && (resource.deleteBeforeReplace ?? deleteBeforeReplace)) {
        return true;
      }
    }
    return false;
  }

  /** As the engine finds them: whoever would be replaced, were the values that it takes unknown. */
  async function deletedWith(root: Registration, all: Registration[]): Promise<Registration[]> {
    const found = [root];
    for (const resource of all.filter((one) => providers.has(packageOf(one)))) {
      const urns = found.map(({ urn }) => urn);
      const taken = Object.entries(resource.propertyDependencies)
        .filter(([, from]) => from.some((urn) => urns.includes(urn)))
        .map(([input]) => input);
      if (taken.length > 0 && (await diff(resource, taken)).replaces.length > 0) {
        found.push(resource);
      }
    }
    return found.slice(1);
  }

  /** What the resource's provider says of a change of these inputs to something unknown. */
  async function diff(resource: Registration, inputs: string[]) {
    const provider = providers.get(packageOf(resource))!;
    const before = await provider.check(resource.urn, plain(resource.inputs));
    const after = { ...before, ...Object.fromEntries(inputs.map((input) => [input, unknown])) };
    return provider.diff(resource.urn, before, after);
  }
});

function packageOf({ type }: Registration): string {
  return type.split(":")[0];
}

function nameOf(resource: Registration): Name {
  return `${packageOf(resource)} ${resource.type.split(":").at(-1)} ${resource.name}`;
}

/** Without the marks of secrets. */
function plain(inputs: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(inputs), (_key, value: unknown) => secretValue(value)) as Record<
    string,
    unknown
  >;
}
