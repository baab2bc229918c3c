import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";

import type { EcsNotebookArgs } from "@tf-model-serving/aws";
import { portOf } from "../../../components/aws/notebook/ecsNotebookGroup";
import { problemsOf, promiseOf } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { make, notebook } from "./awsComponents";
import { everything, settings } from "./awsSettings";

type Args = Partial<EcsNotebookArgs>;

const openForModel = { endpointSecurityGroupId: "sg-endpoint" };

describe("a notebook on ECS", () => {
  it.each<[string, Args]>([
    ["notebook", {}],
    ["notebook-everything", everything<Args>(settings.notebook)],
  ])("has the resources and outputs of %s.yaml", async (file, args) => {
    const { text } = await make(notebook, args);
    await expect(await text()).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("is stopped by a flag, and its files stay", async () => {
    const { component, find } = await make(notebook, { running: false });
    expect(find("Service").inputs.desiredCount).toBe(0);
    expect(find("FileSystem")).toBeDefined();
    expect(await promiseOf(component.tunnelCommand)).toBe("");
  });

  it("starts after its files can be mounted and its roles have their rights", async () => {
    const { all, find } = await make(notebook);
    const needed = [...all("MountTarget"), ...all("RolePolicy")].map(({ urn }) => urn);
    expect(needed).toHaveLength(5);
    expect(find("Service").dependencies).toEqual(expect.arrayContaining(needed));
  });

  it("can be previewed before anything is there", async () => {
    const { component, find } = await make(notebook, {}, { preview: true });
    expect(find("Service").inputs.desiredCount).toBe(1);
    expect(await pulumi.isSecret(component.url)).toBe(true);
  });

  it("is reached at this machine's end of the tunnel", async () => {
    const { component } = await make(notebook, { localPort: 9999 });
    const url = "http://127.0.0.1:9999/lab?token=result-of-notebook-token";
    expect(await promiseOf(component.url)).toBe(url);
  });

  it.each<[string, Args, string[]]>([
    ["nobody but its files is let in", {}, ["notebook-files-id"]],
    ["the load balancer lets it in", openForModel, ["notebook-files-id", "sg-endpoint"]],
  ])("%s", async (_, args, groups) => {
    const { all } = await make(notebook, args);
    const rules = all("SecurityGroupIngressRule").map(({ inputs }) => inputs);
    expect(rules.map(({ securityGroupId }) => securityGroupId).sort()).toEqual(groups);
    expect(new Set(rules.map((rule) => rule.referencedSecurityGroupId))).toEqual(
      new Set(["notebook-id"]),
    );
  });

  it("reaches the load balancer at the port of the URL", async () => {
    const restUrl = "http://internal.example.com/v1/models/flowers";
    const { find } = await make(notebook, { restUrl, ...openForModel });
    const ports = { fromPort: 80, toPort: 80 };
    expect(find("SecurityGroupEgressRule", "notebook-to-endpoint").inputs).toMatchObject(ports);
    expect(find("SecurityGroupIngressRule", "notebook-from-notebook").inputs).toMatchObject(ports);
  });

  it.each([
    ["http://host:8501/v1", 8501],
    ["https://host/v1", 443],
  ])("finds in %s port %d", (url, port) => {
    expect(portOf(url)).toBe(port);
  });
});

const refused: Record<string, Args> = {
  "no subnet": { subnetIds: [] },
  "hardly any memory": { memoryMb: 1 },
  "half a GPU": { gpus: 0.5 },
  "a port that is none": { localPort: 0 },
  "a block that is none": { httpsCidrs: ["internet"] },
  "days that CloudWatch does not know": { logRetentionDays: 31 },
  "what is no key": { kmsKeyArn: "alias/ours" },
  "what is no key for logs": { logKmsKeyArn: "alias/ours" },
  "what is no repository": { repositoryArn: "jupyter" },
};

it("what a notebook on ECS refuses, and why", async () => {
  const text = await refusals(refused, (args) => problemsOf(() => notebook(args)));
  await expect(text).toMatchFileSnapshot("snapshots/refused-notebooks.txt");
});
