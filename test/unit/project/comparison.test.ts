// What docs/comparison.md counts is counted again here.
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { networkAnswers } from "../../support/awsNetworkMocks";
import { runProgram } from "../../support/runProgram";
import { readStackFile, repository } from "../../support/stackConfig";

const docs = path.join(repository, "docs");
const read = (file: string) => fs.readFileSync(path.join(repository, file), "utf8");
const page = read("docs/comparison.md");

/** Lines that are neither empty nor a comment. */
const countLines = (text: string) =>
  text.split("\n").filter((line) => /\S/.test(line) && !/^\s*(#|\/\/)/.test(line)).length;

/** Lines of each block of code below a heading. */
function countedBelow(heading: string): number[] {
  const [section] = page.slice(page.indexOf(`### ${heading}`)).split(/^##? /m);
  return [...section.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, block]) => countLines(block));
}

/** The cells of the row with a label, in the first table below a heading that has it. */
function row(heading: string, label: string): string[] {
  const section = page.slice(page.indexOf(`## ${heading}`));
  const line = section.split("\n").find((one) => one.startsWith(`| ${label} `));
  return cells(line!).slice(1);
}

function cells(line: string): string[] {
  return line
    .replace(/`[^`]*`/g, (code) => code.replaceAll("|", "/"))
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe("docs/comparison.md", () => {
  it("counts the lines on AWS that its examples and the stack files have", () => {
    const [staging, prod] = ["staging", "prod"].map((name) =>
      countLines(read(`Pulumi.${name}.yaml`)),
    );
    const [sagemaker, kserve, awsx] = countedBelow("What was counted on AWS");
    expect(row("On AWS", "lines you write")).toEqual([
      `${prod} (\`prod\`), ${staging} (\`staging\`)`,
      ...[sagemaker, kserve, 6 + 5, awsx].map(String),
    ]);
  });

  it("counts the lines on Kubernetes that its examples have", () => {
    const counted = countedBelow("What was counted on Kubernetes");
    expect(row("On Kubernetes", "lines you write")).toEqual(counted.map(String));
  });

  it("counts the lines of a program that imports the components", () => {
    const lines = countLines(read("examples/npm/index.ts"));
    expect(row("Imported by another project", "lines to a served model")[0]).toBe(
      `[${lines}](../examples/npm/index.ts)`,
    );
  });

  it("counts the objects on Kubernetes that a service and its notebook register", async () => {
    vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    vi.spyOn(pulumi.log, "info").mockResolvedValue();
    const objectsWith = async (notebook: boolean) => {
      const cluster = { target: "kubernetes", registry: "registry.example.com" };
      const settings = { ...cluster, notebook, notebookFolder: "" };
      const { recording } = await runProgram(settings, { preview: true });
      return recording.resources.filter(({ type }) => /^kubernetes:(?!index)/.test(type)).length;
    };
    const service = (await objectsWith(false)) - 1; // the namespace
    const claim = 1; // which its StatefulSet makes
    const notebook = (await objectsWith(true)) - 1 - service + claim;
    expect(row("On Kubernetes", "objects that come up")[0]).toBe(
      `${service}, and ${notebook} for a notebook`,
    );
  });

  it("counts the resources on AWS that the stacks register", async () => {
    vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    vi.spyOn(pulumi.log, "info").mockResolvedValue();
    const [prod, staging] = [await resourcesOf("prod"), await resourcesOf("staging")];
    expect(row("On AWS", "resources")[0]).toBe(
      `${prod} on AWS (\`prod\`), ${staging} (\`staging\`)`,
    );
    expect(read("docs/aws.md")).toContain(
      `With \`Pulumi.prod.yaml\` these are ${prod} resources of AWS, with \`Pulumi.staging.yaml\` ${staging}`,
    );
  });
});

describe.each(markdownFiles())("the tables of %s", (file) => {
  it("have the same number of cells in every row", () => {
    const text = fs.readFileSync(path.join(docs, file), "utf8").replace(/^```[^]*?^```$/gm, "");
    for (const [table] of text.matchAll(/(?:^\|.*\|$\n)+/gm)) {
      const [head, ...rows] = table.trimEnd().split("\n");
      expect(rows.filter((line) => cells(line).length !== cells(head).length)).toEqual([]);
    }
  });
});

/** How many resources of AWS a stack registers. */
async function resourcesOf(stack: string): Promise<number> {
  const settings = readStackFile(`Pulumi.${stack}.yaml`);
  const { vpcId = "vpc-00000001", subnetIds: subnets = ["subnet-0000000a", "subnet-0000000b"] } =
    (settings.awsNetwork ?? {}) as { vpcId?: string; subnetIds?: string[] };
  const aws = networkAnswers(() => ({ vpcId, subnets }));
  const { recording } = await runProgram(settings, { aws, preview: true });
  const ofAws = recording.resources.filter(({ type }) => type.startsWith("aws:"));
  return ofAws.length;
}

function markdownFiles(): string[] {
  return (fs.readdirSync(docs, { recursive: true }) as string[]).filter(
    (file) => file.endsWith(".md") && !file.startsWith("node_modules"),
  );
}
