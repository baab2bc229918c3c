import { expect, it } from "vitest";
import * as jobs from "../../../.ci/jobs";
import { workflow, workflowTexts } from "../../support/workflows";

const files = Object.keys(workflowTexts);

it.each(files)("%s has every action by its commit, with the version behind it", (file) => {
  const used = workflowTexts[file].match(/uses: .*/g) ?? [];
  expect(
    used.filter((line) => !/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
  ).toEqual([]);
});

it("an action has one commit in all workflows", () => {
  const used = Object.values(workflowTexts).flatMap(
    (text) => text.match(/[\w/-]+@[0-9a-f]{40}/g) ?? [],
  );
  const names = new Set(used.map((one) => one.split("@")[0]));
  expect(new Set(used).size).toBe(names.size);
});

it.each(files)(
  "%s gives nothing by default, and each job what it names, for some minutes",
  (file) => {
    const { permissions, jobs } = workflow(file);
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toBeDefined();
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
    }
  },
);

it.each(files)(
  "%s has no logic of its own: a step is one command, without what others wrote",
  (file) => {
    const commands = Object.values(workflow(file).jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run ?? []),
    );
    expect(commands.filter((run) => /\n.|\$\{\{/.test(run))).toEqual([]);
    const names = commands.flatMap((run) => /job\.ts (\w+)/.exec(run)?.[1] ?? []);
    expect(names.filter((name) => !(name in jobs))).toEqual([]);
  },
);
