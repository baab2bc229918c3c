import { expect, it } from "vitest";
import { lostRequests } from "../../../../cli/preview/lostRequests";
import type { Operation, Planned, PlannedChange } from "../../../../cli/preview/planned";

const container = "docker:index/container:Container";
const serving = { strategy: "surge", drainSeconds: "5" };

it("a release of new replicas first loses none, and says what is cut off", () => {
  const lost = lostRequests(planned(2, part("replica", "replace")), serving);
  expect(lost.none).toBe(true);
  expect(lost.reasons.join()).toContain("longer than drainSeconds (5 s)");
});

it("in place, one replica is away and two are not", () => {
  const inPlace = { ...serving, strategy: "inPlace" };
  const release = part("replica", "replace");
  expect(lostRequests(planned(1, release), inPlace)).toMatchObject({
    none: false,
    reasons: [expect.stringContaining("strategy: surge, or replicas: 2, loses none")],
  });
  expect(lostRequests(planned(2, release), inPlace).none).toBe(true);
});

it.each<[string, PlannedChange]>([
  ["a replaced balancer", part("balancer", "replace", ["ports"])],
  ["a replaced network", change("replace", "docker:index/network:Network", "Network serving")],
  [
    "a balancer that Swarm updates",
    change("update", "docker:index/service:Service", "Service serving-balancer"),
  ],
  [
    "a replaced Deployment",
    change("replace", "kubernetes:apps/v1:Deployment", "Deployment serving-balancer"),
  ],
  [
    "a replaced load balancer",
    change("replace", "aws:lb/loadBalancer:LoadBalancer", "LoadBalancer serving"),
  ],
  ["a deleted service", change("delete", "aws:ecs/service:Service", "Service serving")],
])("%s interrupts the service, by name", (_, one) => {
  const { none, reasons } = lostRequests(planned(2, one), serving);
  expect(none).toBe(false);
  expect(reasons.join()).toContain(one.name);
});

it("a notebook, an image and a balancer's configuration interrupt nothing", () => {
  const changes = [
    part("notebook", "replace"),
    part("balancer-config", "replace"),
    change("create", "docker:index/remoteImage:RemoteImage", "RemoteImage serving"),
  ];
  expect(lostRequests(planned(2, ...changes), serving).none).toBe(true);
});

it("where nothing serves yet, nothing is lost", () => {
  const first = { ...planned(1, part("balancer", "create")), was: undefined };
  expect(lostRequests(first, serving)).toEqual({ none: true, reasons: ["nothing serves yet"] });
});

function planned(replicas: number, ...changes: PlannedChange[]): Planned {
  const was = { image: "tf_serving:1", replicas };
  return { changes, policies: [], was, willBe: was, before: [], after: [] };
}

function part(name: string, operation: Operation, because: string[] = []): PlannedChange {
  const labels = [{ label: "tfserving.part", value: name }];
  return {
    ...change(operation, container, `Container serving-${name}`),
    because,
    inputs: { labels },
  };
}

function change(operation: Operation, type: string, name: string): PlannedChange {
  return { operation, type, name, because: [], inputs: {} };
}
