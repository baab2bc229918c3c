import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import { AlbEndpoint, type AlbEndpointArgs } from "@tf-model-serving/aws";
import { account, region } from "../../support/awsMocks";
import { isKnown, problemsOf, promiseOf } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { endpoint, endpointArgs, make, neededFor } from "./awsComponents";
import { everything, jwt, secure, settings } from "./awsSettings";

type Args = Partial<AlbEndpointArgs>;

describe("an endpoint", () => {
  it.each<[string, Args]>([
    ["endpoint", {}],
    ["endpoint-everything", everything<Args>(settings.endpoint)],
  ])("has the resources and outputs of %s.yaml", async (file, args) => {
    const { text } = await make(endpoint, args);
    await expect(await text()).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("waits longer than the longest request, and so does a replica that leaves", async () => {
    const { find } = await make(endpoint, { longestRequestSeconds: 120 });
    expect(find("LoadBalancer").inputs.idleTimeout).toBe(125);
    expect(find("TargetGroup").inputs.deregistrationDelay).toBe(125);
  });

  it("cuts no gRPC call before its time, nor when its replica leaves", async () => {
    const { find } = await make(endpoint, { ...secure, grpc: true });
    expect(find("LoadBalancer").inputs.idleTimeout).toBe(65);
    expect(find("TargetGroup", "serving-grpc").inputs.deregistrationDelay).toBe(65);
  });

  it("has names within AWS's limits, its own suffix included", async () => {
    const name = "a-very-long-name-of-a-stack-and-model";
    const { all, find } = await make(() => new AlbEndpoint(name, endpointArgs));
    const limited = [...all("LoadBalancer"), ...all("TargetGroup")].map(({ name }) => name.length);
    expect(Math.max(...limited)).toBeLessThanOrEqual(24);
    expect(find("Bucket").name.length).toBeLessThanOrEqual(55);
  });

  it("lets nobody in where no client is named", async () => {
    expect((await make(endpoint, { clientCidrs: [] })).all("SecurityGroupIngressRule")).toEqual([]);
  });

  it("may log no requests", async () => {
    const { all, find, component } = await make(endpoint, { accessLogs: false });
    expect(find("LoadBalancer").inputs.accessLogs).toEqual({ bucket: "", enabled: false });
    expect(all("Bucket")).toEqual([]);
    expect(await promiseOf(component.accessLogBucket)).toBe("");
  });

  it("may log requests before there are any", async () => {
    const { find } = await make(endpoint);
    expect(find("LoadBalancer").dependencies).toContain(find("BucketPolicy").urn);
  });

  it("stops no release for a slow model that is as slow as it may be", async () => {
    const { find } = await make(endpoint, { longestRequestSeconds: 60 });
    expect(find("MetricAlarm", "serving-latency").inputs.threshold).toBe(30);
  });

  it("sends alarms to the given topic", async () => {
    const alarmTopicArn = `arn:aws:sns:${region}:${account}:ours`;
    const { all, find, component } = await make(endpoint, { alarmTopicArn });
    expect([...all("Topic"), ...all("Key")]).toEqual([]);
    expect(find("MetricAlarm", "serving-errors").inputs.alarmActions).toEqual([alarmTopicArn]);
    expect(await promiseOf(component.alarmTopicArn)).toBe(alarmTopicArn);
  });

  it("routes gRPC by method, and never to what administers a server", async () => {
    const { find } = await make(endpoint, { ...secure, grpc: true });
    const routed = routedBy(find("ListenerRule", "serving-grpc"));
    expect(routed("/tensorflow.serving.PredictionService/Predict")).toBe(true);
    expect(routed("/tensorflow.serving.ModelService/GetModelStatus")).toBe(true);
    expect(routed("/grpc.health.v1.Health/Check")).toBe(true);
    expect(routed("/tensorflow.serving.ModelService/HandleReloadConfigRequest")).toBe(false);
    expect(routed("/tensorflow.ProfilerService/Profile")).toBe(false);
  });

  it("routes the verbs that may be called, in REST and gRPC alike, and no others", async () => {
    const limits = { verbs: ["predict", "classify", "metadata"] };
    const { find } = await make(endpoint, { ...secure, grpc: true, limits });
    const rest = routedBy(find("ListenerRule", "serving-rest"));
    const model = "/v1/models/my_model";
    const open = [":predict", "/versions/3:predict", "/labels/stable:classify", "/metadata"];
    expect(open.filter((end) => !rest(model + end))).toEqual([]);
    const closed = ["", "/versions/3", ":regress", ":PREDICT", ":predict/x", "/a/metadata"];
    expect(closed.filter((end) => rest(model + end))).toEqual([]);

    const grpc = routedBy(find("ListenerRule", "serving-grpc"));
    const service = "/tensorflow.serving.PredictionService";
    expect(["Predict", "GetModelMetadata"].every((method) => grpc(`${service}/${method}`))).toBe(
      true,
    );
    expect(grpc("/grpc.health.v1.Health/Check")).toBe(true);
    expect(grpc(`${service}/MultiInference`)).toBe(false);
    expect(grpc("/tensorflow.serving.ModelService/GetModelStatus")).toBe(false);
  });

  it("routes the state of models alone, where that is all that may be called", async () => {
    const { find } = await make(endpoint, { ...secure, limits: { verbs: ["status"] } });
    const rest = routedBy(find("ListenerRule", "serving-rest"));
    const paths = ["/v1/models/m", "/v1/models/m/versions/3", "/v1/models/m:predict"];
    expect(paths.map(rest)).toEqual([true, true, false]);
  });

  it("has patterns of the length that AWS takes, with every verb", async () => {
    const verbs = ["predict", "classify", "regress", "multiInference", "metadata", "status"];
    const { all } = await make(endpoint, { ...secure, grpc: true, limits: { verbs } });
    const patterns = all("ListenerRule").flatMap(({ inputs }) => patternsOf(inputs));
    expect(patterns.filter((pattern) => pattern.length > 128)).toEqual([]);
  });

  it("asks for a token before it passes a request on, in REST and gRPC", async () => {
    const { find } = await make(endpoint, { ...secure, grpc: true, auth: { jwt } });
    for (const rule of ["serving-rest", "serving-grpc"]) {
      expect(find("ListenerRule", rule).inputs.actions).toMatchObject([
        {
          type: "jwt-validation",
          jwtValidation: {
            issuer: jwt.issuer,
            jwksEndpoint: jwt.jwks,
            additionalClaims: [{ name: "aud", format: "single-string", values: ["models"] }],
          },
        },
        { type: "forward" },
      ]);
    }
  });

  it("reaches the issuer's keys only where it checks tokens", async () => {
    const egress = async (args: Args) =>
      (await make(endpoint, args)).all("SecurityGroupEgressRule").map(({ name }) => name);
    expect(await egress(secure)).toEqual(["serving-to-replicas"]);
    expect(await egress({ ...secure, auth: { jwt } })).toContain("serving-to-issuer");
  });

  it("is there before a service is: the target groups' ARNs wait for their rules", async () => {
    const { component, find } = await make(endpoint, { ...secure, grpc: true });
    const [rest, grpc] = ["rest", "grpc"].map((api) => find("ListenerRule", `serving-${api}`).urn);
    expect(await neededFor(component.restTargetGroupArn)).toContain(rest);
    expect(await neededFor(component.grpcTargetGroupArn)).toContain(grpc);
  });

  it("knows in a preview what does not depend on AWS", async () => {
    const { component } = await make(endpoint, secure, { preview: true });
    expect(await isKnown(component.restUrl)).toBe(true);
    expect(await isKnown(component.restTargetGroupArn)).toBe(false);
    expect(await isKnown(component.deploymentAlarmNames)).toBe(false);
  });

  it("takes what is known to AWS only later", async () => {
    const certificateArn = pulumi.output(secure.certificateArn);
    const { find } = await make(endpoint, { ...secure, certificateArn });
    expect(find("Listener", "serving-https").inputs.certificateArn).toBe(secure.certificateArn);
  });
});

/** Whether a rule's patterns lead a path to the replicas. */
function routedBy({ inputs }: { inputs: Record<string, unknown> }): (path: string) => boolean {
  const expressions = patternsOf(inputs).map((pattern) =>
    pattern.startsWith("^") ? pattern : `^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`,
  );
  return (path) => expressions.some((expression) => new RegExp(expression).test(path));
}

function patternsOf({ conditions }: Record<string, unknown>): string[] {
  const [{ pathPattern }] = conditions as {
    pathPattern: { values?: string[]; regexValues?: string[] };
  }[];
  return [...(pathPattern.values ?? []), ...(pathPattern.regexValues ?? [])];
}

const refused: Record<string, Args> = {
  "one subnet": { subnetIds: ["subnet-a"] },
  "public without a certificate": { public: true },
  "gRPC without a certificate": { grpc: true },
  "what is no certificate": { ...secure, certificateArn: "cert" },
  "a certificate without a name": { ...secure, domainName: undefined },
  "a zone without a name": { zoneId: "Z1" },
  "a name that is none": { ...secure, domainName: "Model" },
  "a block that is none": { clientCidrs: ["10.0.0.0"] },
  everyone: { ...secure, clientCidrs: ["0.0.0.0/0"] },
  "the internet and no clients": { ...secure, public: true, clientCidrs: [] },
  "public addresses in HTTP": { clientCidrs: ["192.0.2.0/24"] },
  "a block twice": { clientCidrs: ["10.0.0.0/16", "10.0.0.0/16"] },
  "tokens without a certificate": { auth: { jwt } },
  "keys in a file": { ...secure, auth: { jwt: { ...jwt, jwks: "keys.json" } } },
  "keys in clear text": { ...secure, auth: { jwt: { ...jwt, jwks: "http://example.com/keys" } } },
  "an issuer and nothing else": { ...secure, auth: { jwt: { issuer: jwt.issuer } as never } },
  "an audience that AWS does not take": {
    ...secure,
    auth: { jwt: { ...jwt, audience: "a".repeat(257) } },
  },
  "a verb that there is not": { limits: { verbs: ["predict", "explain"] } },
  "no verb of REST": { limits: { verbs: ["multiInference"] } },
  "half a second for a request": { longestRequestSeconds: 0.5 },
  "too much time": { longestRequestSeconds: 3600 },
  "a quick slow start": { slowStartSeconds: 5 },
  "logs for no day": { accessLogRetentionDays: 0 },
  "what is no web ACL": { webAclArn: "arn:aws:waf::1:x" },
  "what is no topic": { alarmTopicArn: "ops" },
  "a topic and addresses": {
    alarmTopicArn: "arn:aws:sns:eu-central-1:1:x",
    alarmEmails: ["a@example.com"],
  },
  "an address that is none": { alarmEmails: ["ops"] },
  "no errors ever": { maxErrorPercent: 0 },
  "no latency": { maxLatencySeconds: 0 },
  "several at once": { grpc: true, public: true, clientCidrs: ["x"] },
};

it("what an endpoint refuses, and why", async () => {
  const text = await refusals(refused, (args) => problemsOf(() => endpoint(args)));
  await expect(text).toMatchFileSnapshot("snapshots/refused-endpoints.txt");
});
