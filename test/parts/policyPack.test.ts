import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent, PolicyEvent } from "@pulumi/pulumi/automation";
import * as tar from "tar";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { policyText } from "../../cli/automation/describeEvent";
import { root } from "../../cli/setup/folders";
import { resourceRules, stackRules } from "../../policy/rules";
import { createStack } from "../support/stack";

const program = path.join(__dirname, "policyPack");
const config = {
  "no-public-ingress": {
    reasons: { "open-for-a-reason": "The service is a demonstration for everybody" },
  },
  "required-tags": { enforcementLevel: "advisory", awsTags: ["team"] },
  "monthly-budget": { usdPerMonth: { "*": 100 } },
};

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-policy-"));
const pack = path.join(folder, "package");

/** The pack as another repository gets it: packed by npm, and installed. */
beforeAll(() => {
  const pressed = ["pack", "--workspace", "policy", "--silent", "--pack-destination", folder];
  execFileSync("npm", pressed, { cwd: root });
  const [archive] = fs.readdirSync(folder);
  tar.extract({ file: path.join(folder, archive), cwd: folder, sync: true });
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What Pulumi tells of policies in a preview, and whether the preview succeeds. */
async function preview(broken: boolean): Promise<{ told: PolicyEvent[]; succeeds: boolean }> {
  const stack = await createStack(`policies-${broken ? "broken" : "sound"}`, { broken }, program);
  onTestFinished(stack.forget);
  const file = path.join(folder, "config.json");
  fs.writeFileSync(file, JSON.stringify(config));
  const events: EngineEvent[] = [];
  const succeeds = await stack.stack
    .preview({
      ...{ policyPacks: [pack], policyPackConfigs: [file] },
      onEvent: (event) => void events.push(event),
    })
    .then(
      () => true,
      () => false,
    );
  return { told: events.flatMap(({ policyEvent }) => policyEvent ?? []), succeeds };
}

it("a stack that keeps the rules, or has a reason, previews without a word of them", async () => {
  expect(await preview(false)).toEqual({ told: [], succeeds: true });
});

it("a stack that breaks them is refused, with resource, rule and what to do, by levels of the config", async () => {
  const { told, succeeds } = await preview(true);
  expect(succeeds).toBe(false);
  const rules = [...resourceRules, ...stackRules];
  expect(new Set(told.map(({ policyName }) => policyName))).toEqual(
    new Set(rules.map(({ name }) => name)),
  );
  await expect(`${told.map(policyText).sort().join("\n\n")}\n`).toMatchFileSnapshot(
    "policyPack/violations.txt",
  );
});
