import { defineConfig } from "vitest/config";

// Under load, about moments that have to be hit or what a host has left: of the tests on this machine's
// Docker nothing else runs beside them, but releases run beside each other.
const alone = (...names: string[]) => names.map((name) => `test/e2e/${name}.test.ts`);
const slices = alone(...["badInput", "notebook", "service", "upgrade"].map((n) => `docker/${n}`));
const releases = alone("docker/failedRelease", "docker/release");
const loads = alone(
  ...["canary", "crash", "environments", "interrupted", "matrix"].map((name) => `docker/${name}`),
);

const real = {
  globalSetup: ["test/e2e/machine.ts"],
  testTimeout: 300_000,
  hookTimeout: 600_000,
};
const oneByOne = { fileParallelism: false };
// They mostly wait: two of them at a time disturb nobody.
const sideBySide = { maxWorkers: 2 };
const order = (groupOrder: number) => ({ sequence: { groupOrder } });
const kubernetes = {
  ...real,
  ...oneByOne,
  // A release of several pods on two processors takes its time, and there are several in one test.
  testTimeout: 600_000,
  globalSetup: [...real.globalSetup, "test/cluster/shared.ts"],
  setupFiles: ["test/cluster/cleared.ts"],
};

// unit: pure code and mocks, no machine set-up. The others run real parts (containers, the Pulumi
// engine) and start what they need; package.json says which ones a command runs.
export default defineConfig({
  test: {
    projects: [
      // Loading Pulumi once for all files is most of the time that these tests would take.
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          setupFiles: ["test/unit/restored.ts"],
          isolate: false,
          // On a machine that is busy with other tests, one of a whole program takes seconds.
          testTimeout: 60_000,
          // What a test puts in place of something is gone before the next one.
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
          // Whatever does not say which engine it means finds none.
          env: { DOCKER_HOST: "unix:///no-docker-engine-in-unit-tests.sock" },
        },
      },
      { test: { ...real, ...sideBySide, ...order(1), name: "slices", include: slices } },
      { test: { ...real, ...sideBySide, ...order(2), name: "releases", include: releases } },
      {
        test: {
          ...real,
          ...sideBySide,
          ...order(3),
          name: "parts",
          include: ["test/parts/{,edge/,modelSource/}*.test.ts"],
        },
      },
      {
        test: {
          ...real,
          ...sideBySide,
          ...order(4),
          name: "patient",
          globalSetup: [...real.globalSetup, "test/e2e/packages.ts"],
          include: ["test/e2e/{docker,aws}/*.test.ts"],
          exclude: [...slices, ...releases, ...loads],
        },
      },
      { test: { ...real, ...oneByOne, ...order(5), name: "loads", include: loads } },
      {
        test: {
          ...real,
          ...oneByOne,
          ...order(6),
          name: "swarm",
          include: ["test/e2e/swarm/*.test.ts"],
        },
      },
      {
        test: {
          ...kubernetes,
          ...order(7),
          name: "kubernetes",
          include: ["test/e2e/kubernetes/*.test.ts"],
        },
      },
      {
        test: {
          ...real,
          ...oneByOne,
          ...order(8),
          testTimeout: 600_000,
          name: "nightly",
          include: ["test/nightly/*.test.ts", "test/nightly/{awsProvider,standin}/*.test.ts"],
        },
      },
      {
        test: {
          ...kubernetes,
          ...order(9),
          name: "nightly-kubernetes",
          include: ["test/nightly/kubernetes/*.test.ts"],
        },
      },
    ],
  },
});
