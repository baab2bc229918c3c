import { defineConfig } from "vitest/config";

// Engine tests without load, which mostly wait: two of them at a time disturb nobody.
const patient = [
  ...["aws", "awsProgram", "badInput", "drift", "ecrImage", "models", "package"],
  ...["registry", "rollback", "sshDockerHost"],
].map((name) => `test/engine/${name}.test.ts`);

const engine = {
  globalSetup: "test/engine/machine.ts",
  testTimeout: 300_000,
  hookTimeout: 900_000,
};

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
        test: { ...engine, name: "patient", include: patient, maxWorkers: 2 },
      },
      {
        test: {
          ...engine,
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          exclude: patient,
          fileParallelism: false,
        },
      },
    ],
  },
});
