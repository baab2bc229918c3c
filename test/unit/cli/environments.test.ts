import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  environmentIn,
  isExpired,
  lifetimeOf,
  tagsFor,
} from "../../../cli/environments/environment";
import { choosePorts, environmentPorts, portsToTry } from "../../../cli/environments/ports";
import { environmentFile, isEnvironmentFile } from "../../../cli/environments/stackFile";
import { planSweep } from "../../../cli/environments/sweepPlan";
import { Failure } from "../../../cli/output/failure";

const now = new Date("2026-01-02T12:00:00Z");
const before = new Date("2026-01-02T11:59:59Z");
const later = new Date("2026-01-02T12:00:01Z");
const environment = { from: "staging", expires: later, ports: [28_001, 28_002] };

describe("a time to live", () => {
  it.each([
    ["90m", 5_400_000],
    ["24h", 86_400_000],
    ["3d", 259_200_000],
  ])("of %s is %i ms", (ttl, expected) => {
    expect(lifetimeOf(ttl)).toBe(expected);
  });

  it.each(["", "24", "0h", "-1h", "1w", "1.5h", "h", "366d", "24 h"])("is not %j", (ttl) => {
    expect(() => lifetimeOf(ttl)).toThrow(`"${ttl}" is no time to live.`);
  });
});

describe("the tags of an environment", () => {
  it("say all of it", () => {
    expect(environmentIn(tagsFor(environment))).toEqual(environment);
    const portless = { ...environment, ports: [] };
    expect(environmentIn(tagsFor(portless))).toEqual(portless);
  });

  it("end with the one that makes it an environment: an update that breaks off made none", () => {
    expect(Object.keys(tagsFor(environment)).at(-1)).toBe("tfserving:expires");
  });

  it("are not those of another stack", () => {
    expect(environmentIn({ "tfserving:from": "staging", "pulumi:project": "x" })).toBeUndefined();
  });
});

describe("the ports of an environment", () => {
  const taken = (held: number[]) => async (ports: number[]) =>
    ports.filter((port) => held.includes(port));

  it("begin where its name says, and are all of the range", () => {
    const { first, count } = environmentPorts;
    const all = portsToTry("pr-1");
    expect(portsToTry("pr-1")).toEqual(all);
    expect(portsToTry("pr-2")[0]).not.toBe(all[0]);
    expect(new Set(all).size).toBe(count);
    expect([Math.min(...all), Math.max(...all)]).toEqual([first, first + count - 1]);
  });

  it("are the first free ones", async () => {
    const [one, two, three, four] = portsToTry("pr-1");
    expect(await choosePorts("pr-1", 2, [], taken([one, three]))).toEqual([two, four]);
  });

  it("are those that it had", async () => {
    expect(await choosePorts("pr-1", 2, [28_500, 28_501], taken([]))).toEqual([28_500, 28_501]);
  });

  it("are one more where gRPC is published only now, and another one", async () => {
    const [one, two] = portsToTry("pr-1");
    expect(await choosePorts("pr-1", 2, [one], taken([]))).toEqual([one, two]);
  });

  it("are fewer where the host has no more", async () => {
    expect(await choosePorts("pr-1", 2, [], async (ports) => ports)).toEqual([]);
  });
});

describe("the file of an environment", () => {
  const project = { name: "tfserving" };
  const of = (base: object, name = "pr-1", ports: number[] = []) =>
    environmentFile({ project, base: { ...base }, name, environment: { from: "staging", ports } });
  const configOf = (config: object, ...more: [string?, number[]?]) =>
    parse(of({ config }, ...more)).config;

  it("has its base's settings, and ports of its own", () => {
    const settings = { "tfserving:replicas": 2, "tfserving:restPort": 8501, "aws:region": "eu" };
    expect(configOf(settings, "pr-1", [28_001, 28_002])).toEqual({
      ...{ "tfserving:replicas": 2, "aws:region": "eu", "tfserving:notebook": false },
      ...{ "tfserving:restPort": 28_001, "tfserving:grpcPort": 28_002 },
    });
  });

  it("has neither its base's pinned release nor a canary", () => {
    const pins = { "tfserving:image": "tf_serving:1", "tfserving:canaryVersion": "3" };
    expect(configOf(pins)).toEqual({ "tfserving:notebook": false });
  });

  const onCluster = { "tfserving:target": "kubernetes" };

  it("names a namespace of its own on a cluster, which goes with it", () => {
    const cluster = { context: "team", namespace: "tfserving" };
    expect(configOf({ ...onCluster, "tfserving:kubernetesCluster": cluster })).toMatchObject({
      "tfserving:kubernetesCluster": { context: "team", keepNamespace: false },
    });
  });

  it("names a service of its own in a namespace that others share", () => {
    const cluster = { namespace: "team", createNamespace: false };
    const config = { ...onCluster, "tfserving:kubernetesCluster": cluster };
    expect(configOf(config, "PR_1.x")).toMatchObject({
      ...{ "tfserving:kubernetesCluster": cluster, "tfserving:serviceName": "pr-1-x" },
    });
  });

  it("takes no request that its base's host names get", () => {
    const service = { balancers: 1, ingress: { host: "a.example.com" }, gateway: { name: "g" } };
    const config = { ...onCluster, "tfserving:kubernetesService": service };
    expect(configOf(config)["tfserving:kubernetesService"]).toEqual({ balancers: 1 });
  });

  const secret = { config: { "tfserving:registryPassword": { secure: "v1:x" } } };

  it("keeps secrets that its own stack can decrypt", () => {
    const base = { ...secret, encryptionsalt: "v1:salt" };
    expect(parse(of(base))).toMatchObject(base);
  });

  it("is refused with secrets that only its base can decrypt", () => {
    expect(() => of(secret)).toThrow(/only the stack staging can decrypt: .*registryPassword/);
    expect(() => of({ config: { "tfserving:x": { y: [{ secure: "v1:x" }] } } })).toThrow(Failure);
  });

  it("is told from one that somebody wrote", () => {
    expect(isEnvironmentFile(of({}))).toBe(true);
    expect(isEnvironmentFile("config:\n  tfserving:replicas: 2\n")).toBe(false);
  });
});

describe("a sweep", () => {
  const expiring = (stack: string, expires: Date) => ({
    ...{ stack, environment: { ...environment, expires } },
  });
  const found = [
    expiring("old", before),
    expiring("acme/due", now),
    expiring("young", later),
    expiring("torn", new Date("soon")),
  ];
  const gone = (...named: string[]) =>
    planSweep(found, named, now).flatMap(({ stack, remove }) => (remove ? [stack] : []));

  it("removes what is over, and nothing else", () => {
    expect(gone()).toEqual(["old", "acme/due"]);
    expect(isExpired({ expires: new Date("soon") }, now)).toBe(false);
  });

  it("says of all others why they stay", () => {
    expect(planSweep(found, [], now).map(({ why }) => why)).toEqual([
      ...["was to live until 2026-01-02 11:59 UTC", "was to live until 2026-01-02 12:00 UTC"],
      ...["lives until 2026-01-02 12:00 UTC", "has a time to live that cannot be read"],
    ]);
  });

  it("removes those that are named, and no others", () => {
    expect(gone("young", "due")).toEqual(["acme/due", "young"]);
    expect(gone("prod")).toEqual([]);
  });
});
