import type { Scenario } from "./scenario";

/** One after the other, each under load: what happens to a stack in its life. */
export const events = {
  "a new model version": async (scenario: Scenario) => {
    const version = scenario.addVersion();
    await scenario.good({ version });
    await scenario.expectVersion(version);
  },
  "another flag": (scenario: Scenario) => scenario.good({ flag: 1 }),
  "another number of replicas": (scenario: Scenario) => scenario.good({ replicas: 3 }),
  "fewer replicas again": (scenario: Scenario) => scenario.good({ replicas: 2 }),
  "a broken model, and with it another flag": async (scenario: Scenario) => {
    const version = scenario.addBrokenVersion();
    await scenario.bad({ version, flag: 2 });
    scenario.removeVersion(version);
  },
  "a good model after the broken one": async (scenario: Scenario) => {
    const version = scenario.addVersion();
    await scenario.good({ version });
    await scenario.expectVersion(version);
  },
  "an update that is killed": (scenario: Scenario) =>
    scenario.killed({ version: scenario.addVersion() }),
  "a release and a rollback": async (scenario: Scenario) => {
    const version = scenario.addVersion();
    await scenario.good({ version });
    await scenario.back({ version: version - 1 });
    await scenario.expectVersion(version - 1);
  },
};

export type Event = keyof typeof events;
