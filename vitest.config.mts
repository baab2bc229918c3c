import { defineConfig } from "vitest/config";

// unit: pure code and mocks, no machine set-up. The other projects run real
// parts (containers, the Pulumi engine) and start what they need.
export default defineConfig({
  test: {
    projects: [
      // Loading Pulumi once for all files is most of the time that these tests would take.
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          isolate: false,
          // Whatever does not say which engine it means finds none.
          env: { DOCKER_HOST: "unix:///no-docker-engine-in-unit-tests.sock" },
        },
      },
      {
        test: {
          name: "parts",
          include: ["test/parts/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: "test/engine/machine.ts",
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
