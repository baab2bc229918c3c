import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { consentFor } from "../../../cli/output/consent";
import { root } from "../../../cli/setup/folders";

const call = { name: "prod", yes: false, env: {}, terminal: true };
const said = (value: string) => ({
  ...{ env: { PULUMI_SKIP_CONFIRMATIONS: value }, terminal: value !== "true" },
});

describe("a change of a stack", () => {
  it.each([
    ["dev", { ...call, name: "dev", terminal: false }, "given"],
    ["another one on a terminal", call, "ask"],
    ["another one with --yes", { ...call, yes: true, terminal: false }, "given"],
    ["another one where Pulumi's variable says so", { ...call, ...said("true") }, "given"],
    ["another one where that variable says no", { ...call, ...said("false") }, "ask"],
    ["another one without a terminal", { ...call, terminal: false }, "missing"],
  ])("of %s is agreed to, asked for or refused", (_, given, expected) => {
    expect(consentFor(given)).toBe(expected);
  });

  it.each(["up", "down"])("by npm run %s is refused where nobody can be asked", (command) => {
    const { stderr, status } = spawnSync(
      process.execPath,
      ["cli/bootstrap.mjs", command, "-s", "test-consent"],
      { cwd: root, encoding: "utf8", env: { ...process.env, PULUMI_SKIP_CONFIRMATIONS: "" } },
    );
    expect(stderr).toContain(`npm run ${command} would change the stack test-consent`);
    expect(stderr).toContain(`npm run ${command} -- --yes -s test-consent, or set PULUMI_SKIP_`);
    expect(status).toBe(2);
  });
});
