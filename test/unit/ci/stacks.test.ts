import { expect, it } from "vitest";
import { leftOut, needsOf, stacksIn } from "../../../.ci/stacks";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

const project = "name: p\nconfig:\n  target: {default: docker}\n  host: {default: ''}\n";
const backend = { PULUMI_BACKEND_URL: "s3://state" };
const all = { fork: false, sharedOnly: false };

it("every stack with a file is listed, and nothing else", () => {
  const folder = repository({ "Pulumi.b.yaml": "", "Pulumi.a.yaml": "", "README.md": "" });
  expect(stacksIn(folder)).toEqual(["a", "b"]);
});

it("a stack on the job's own machine needs nothing, and is for previews only", () => {
  const needs = needsOf("dev", repository({ "Pulumi.dev.yaml": "" }), {});
  expect(leftOut(needs, all)).toBeUndefined();
  expect(leftOut(needs, { ...all, sharedOnly: true })).toMatch(
    /^Left out: it is a stack for one's/,
  );
});

it.each([
  ["p:target: ecs", {}, "variable PULUMI_BACKEND_URL or secret PULUMI_ACCESS_TOKEN"],
  ["p:target: ecs", backend, "variable AWS_ROLE_ARN"],
  ["p:target: kubernetes", backend, "secret KUBECONFIG"],
  ["p:host: ssh://u@h", backend, "secret SSH_PRIVATE_KEY, for the Docker host; variable SSH_KNOWN"],
])("%s with %o is left out for want of %s", (config, given, missing) => {
  const folder = repository({ "Pulumi.s.yaml": `config: {${config}}` });
  expect(leftOut(needsOf("s", folder, given), all)).toContain(missing);
});

it("a stack with secrets needs their passphrase, and an empty text is none", () => {
  const folder = repository({ "Pulumi.s.yaml": "encryptionsalt: v1:x" });
  const given = { ...backend, PULUMI_CONFIG_PASSPHRASE: "" };
  expect(leftOut(needsOf("s", folder, given), all)).toContain("PULUMI_CONFIG_PASSPHRASE");
  expect(
    leftOut(needsOf("s", folder, { ...given, PULUMI_CONFIG_PASSPHRASE: "p" }), all),
  ).toBeUndefined();
});

it("a fork is told why, and not which credentials there are", () => {
  const folder = repository({ "Pulumi.s.yaml": "config: {p:target: ecs}" });
  const text = leftOut(needsOf("s", folder, {}), { ...all, fork: true });
  expect(text).toMatch(/^Left out: GitHub gives no credentials to a pull request from a fork\./);
});

function repository(files: Record<string, string>): string {
  const folder = temporaryFolder();
  writeFiles(folder, { "Pulumi.yaml": project, ...files });
  return folder;
}
