import { describe, expect, it } from "vitest";
import { helpText, npmRun, stackOption } from "../../../commands/lib/command.mjs";
import { needsOf, passedOn, stackOf } from "../../../commands/lib/passThrough.mjs";
import { nextSteps, servedBy } from "../../../commands/lib/summary.mjs";
import { stackName } from "../../../commands/lib/workspace.mjs";

describe("the stack of a command", () => {
  it.each([
    ["the option", "prod", { PULUMI_STACK: "test" }, "prod"],
    ["PULUMI_STACK", undefined, { PULUMI_STACK: "acme/test" }, "acme/test"],
    ["dev", undefined, {}, "dev"],
  ])("is %s", (_, option, env, expected) => {
    expect(stackName(option, env)).toBe(expected);
  });

  it.each(["a b", "../x/y/z", "a/b/c/d", "$(x)"])("cannot be %s", (option) => {
    expect(() => stackName(option, {})).toThrow(`"${option}" is no name for a stack.`);
  });
});

describe("arguments for Pulumi", () => {
  const file = "/project/.pulumi/config/Pulumi.dev.yaml";

  it.each([
    [
      ["up", "--diff"],
      ["up", "--config-file", file, "--diff"],
    ],
    [
      ["-s", "dev", "preview"],
      ["-s", "dev", "preview", "--config-file", file],
    ],
    [
      ["--color", "never", "destroy"],
      ["--color", "never", "destroy", "--config-file", file],
    ],
  ])("%j get the config file", (args, expected) => {
    expect(passedOn(args, file)).toEqual(expected);
  });

  it.each([
    [["stack", "import", "--file", "x"]],
    [["config", "set", "replicas", "2"]],
    [["up", "--config-file", "mine.yaml"]],
    [["--help"]],
    [[]],
  ])("%j are passed on as they are", (args) => {
    expect(passedOn(args, file)).toEqual(args);
  });

  it.each([
    [["up", "-s", "prod"], "prod"],
    [["--stack", "prod", "up"], "prod"],
    [["up", "--stack=prod"], "prod"],
    [["up", "-s=prod"], "prod"],
    [["up", "-sprod"], "prod"],
    [["up"], undefined],
  ])("%j name the stack %s", (args, stack) => {
    expect(stackOf(args)).toBe(stack);
  });
});

describe("what Pulumi needs", () => {
  it.each([
    [["preview", "-s", "k8s"]],
    [["-s", "k8s", "pre"]],
    [["up", "--yes"]],
    [["refresh", "--preview-only"]],
    [["preview", "--config-file", "mine.yaml"]],
  ])("for %j is the stack, and its providers' plugins", (args) => {
    expect(needsOf(args, true)).toEqual({ plugins: true, stack: true });
    expect(needsOf(args, false)).toEqual({ plugins: true, stack: true });
  });

  it.each([[["config"]], [["config", "get", "replicas"]], [["-s", "prod", "config", "set"]]])(
    "for %j is the stack alone",
    (args) => {
      expect(needsOf(args, true)).toEqual({ plugins: false, stack: true });
      expect(needsOf(args, false)).toEqual({ plugins: false, stack: true });
    },
  );

  it.each([
    [["stack"]],
    [["stack", "output", "restUrl", "-s", "k8s"]],
    [["stack", "-s", "rm", "export"]],
    [["stack", "history"]],
  ])("for %j is the stack, in a backend that nobody shares", (args) => {
    expect(needsOf(args, true)).toEqual({ plugins: false, stack: true });
    expect(needsOf(args, false)).toEqual({ plugins: false, stack: false });
  });

  it.each([
    [["version"]],
    [["whoami"]],
    [["plugin", "ls"]],
    [["stack", "init", "k8s"]],
    [["stack", "ls"]],
    [["stack", "-s", "k8s", "rm", "--yes"]],
    [["preview", "--help"]],
    [["config", "-h"]],
    [["--help"]],
    [["--version"]],
    [[]],
  ])("for %j is neither", (args) => {
    expect(needsOf(args, true)).toEqual({ plugins: false, stack: false });
  });

  it("to remove what a stack made are the plugins: a stack that is not there has nothing", () => {
    expect(needsOf(["destroy"], true)).toEqual({ plugins: true, stack: false });
  });
});

describe("what a command shows", () => {
  it("names its options in one column", () => {
    const command = {
      name: "logs",
      summary: "Shows logs.",
      positional: "[PART]",
      options: { ...stackOption, all: { type: "boolean" as const, help: "everything" } },
      run: async () => {},
    };

    expect(helpText(command).split("\n")).toEqual([
      "Shows logs.",
      "",
      "Usage: npm run logs -- [options] [PART]",
      "",
      "  -s, --stack STACK  stack to work on (default: PULUMI_STACK, else dev)",
      "      --all          everything",
      "  -h, --help         this text",
    ]);
  });

  it.each([
    ["up", "dev", "npm run up"],
    ["up", "prod", "npm run up -- -s prod"],
    ["pulumi -- preview", "dev", "npm run pulumi -- preview"],
    ["pulumi -- preview", "prod", "npm run pulumi -- preview -s prod"],
  ])("calls %s for stack %s: %s", (script, stack, expected) => {
    expect(npmRun(script, stack)).toBe(expected);
  });

  it("names a stand-in for TensorFlow Serving as one", () => {
    const outputs = { replicas: 4, image: "tf_serving:abc" };

    expect(servedBy(outputs, "local/serving:1")).toContain("a stand-in for TensorFlow Serving");
    expect(servedBy(outputs)).toBe("4 replicas of tf_serving:abc");
  });

  it("suggests the held-out pictures for the sample model only", () => {
    expect(nextSteps(true, "dev")[0]).toMatch(/^Next: {2}npm run predict /);
    expect(nextSteps(false, "prod")[0]).toMatch(/^Next: {2}npm run status -- -s prod /);
  });
});
