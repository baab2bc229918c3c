import { spawnSync } from "node:child_process";
import { describe, expect, it, vi } from "vitest";
import { nextSteps, servedBy } from "../../../cli/commands/summary";
import { commands, main } from "../../../cli/main";
import { refuseTakenByNpm, takenByNpm } from "../../../cli/npmFlags";
import { npmRun } from "../../../cli/output/console";
import { Failure } from "../../../cli/output/failure";
import { root } from "../../../cli/setup/folders";
import { stackName } from "../../../cli/setup/workspace";

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

describe("options that npm took for itself", () => {
  const options = [{ name: "stack", short: "s" }, { name: "yes" }, { name: "skip-preview" }];
  const timestamps = [{ name: "timestamps", short: "t" }];

  // As npm 11 sets them for the command lines in front.
  it.each([
    ["--stack=prod", options, { npm_config_stack: "prod" }, [], ["--stack=prod"]],
    ["--stack prod", options, { npm_config_stack: "true" }, ["prod"], ["--stack"]],
    ["--yes", options, { npm_config_yes: "true" }, [], ["--yes"]],
    ["--skip-preview", options, { npm_config_skip_preview: "true" }, [], ["--skip-preview"]],
    ["-t", timestamps, { npm_config_t: "true" }, [], ["--timestamps"]],
    ["--no-yes", options, { npm_config_yes: "" }, [], []],
    ["yes=true in .npmrc", options, { npm_config_yes: "true" }, ["--yes"], []],
    ["--other=1", options, { npm_config_other: "1", npm_config_cache: "/root" }, [], []],
  ])("such as %s are found", (_, options, env, args, expected) => {
    expect(takenByNpm(options, args, env)).toEqual(expected);
  });

  it("are refused with the right spelling", () => {
    const down = { name: () => "down", options: [{ long: "--stack", short: "-s" }] };
    const taken = (env: Record<string, string>, args: string[] = []) =>
      expectFailure(() => refuseTakenByNpm(down, args, env));

    expect(taken({ npm_config_stack: "prod" })).toMatch(/npm run down -- --stack=prod\n/);
    expect(taken({ npm_config_stack: "true" }, ["prod"])).toMatch(
      /npm run down -- --stack prod\nPowerShell may drop the --: set \$env:PULUMI_STACK/,
    );
    expect(() => refuseTakenByNpm(down, ["-s", "prod"], {})).not.toThrow();
  });

  it("are found by what the real npm sets", () => {
    const { stderr, status } = spawnSync("npm", ["run", "status", "--stack=prod"], {
      ...{ cwd: root, encoding: "utf8", shell: process.platform === "win32" },
    });
    expect(stderr).toContain("npm run status -- --stack=prod\n");
    expect(status).toBe(2);
  });
});

/** What a refusal says to do. */
function expectFailure(act: () => void): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return (error as Failure).advice;
  }
  throw new Error("nothing was refused");
}

describe("what a command shows", () => {
  it("is every command in the overview, which each tells more of", () => {
    const overview = commands().helpInformation();
    for (const { name } of commands().commands.map((one) => ({ name: one.name() }))) {
      expect(overview).toMatch(new RegExp(`^  ${name} `, "m"));
    }
    const logs = commands().commands.find((one) => one.name() === "logs");
    expect(logs?.helpInformation()).toMatch(/^Usage: npm run logs -- \[options\] \[PART\]$/m);
    expect(logs?.helpInformation()).toMatch(/^ {2}-n, --tail <LINES> +last lines of each, or all/m);
  });

  it.each([
    [["down", "--remov"], "unknown option '--remov'. (Did you mean --remove?)", "down"],
    [["status", "-s"], "option '-s, --stack <STACK>' argument missing", "status"],
    [["logs", "replica", "balancer"], "too many arguments for 'logs'", "logs"],
    [["dwon"], "unknown command 'dwon'. (Did you mean down?)", ""],
  ])("refuses %j", async (args, message, help) => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await main(args);
    const text = said.mock.calls.flat().join("\n");
    expect(text).toContain(message);
    expect(text).toContain(`npm run ${help || "help"}`);
    expect(process.exitCode).toBe(2);
    process.exitCode = 0;
  });

  it.each([
    ["up", "dev", {}, "npm run up"],
    ["up", "prod", {}, "npm run up -- -s prod"],
    ["up", "dev", { PULUMI_STACK: "prod" }, "npm run up -- -s dev"],
    ["up", "prod", { PULUMI_STACK: "prod" }, "npm run up -- -s prod"],
    ["pulumi -- preview", "dev", {}, "npm run pulumi -- preview"],
    ["pulumi -- preview", "prod", {}, "npm run pulumi -- preview -s prod"],
  ])("calls %s for stack %s with %j: %s", (script, stack, env, expected) => {
    expect(npmRun(script, stack, env)).toBe(expected);
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
