import { defineConfig } from "vitest/config";

// Tests without load, which mostly wait: two of them at a time disturb nobody.
const patient = [
  ...["badInput", "commands", "deletedFirst", "drift", "lineEnds", "models", "notebook"],
  ...["package", "registry", "rollback", "service", "sshDockerHost", "twoServices"],
].map((name) => `test/e2e/docker/${name}.test.ts`);
const aws = "test/e2e/aws/*.test.ts";
const oneNode = ["Commands", "Guard"].map(
  (name) => `test/e2e/kubernetes/kubernetes${name}.test.ts`,
);
// They need Kubernetes' programs, which are built while the others run.
const clusters = "test/parts/kubernetes*.test.ts";
const model = "test/parts/model.test.ts";
const cluster = "test/e2e/kubernetes/*.test.ts";

const engine = {
  globalSetup: ["test/e2e/machine.ts"],
  testTimeout: 300_000,
  // The first cluster builds Kubernetes.
  hookTimeout: 1_800_000,
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
          include: ["test/parts/**/*.test.ts", "test/nightly/**/*.test.ts"],
          exclude: [clusters, model, "test/nightly/soak/**"],
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...engine,
          name: "engine",
          include: ["test/e2e/{docker,swarm}/*.test.ts"],
          exclude: patient,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
        },
      },
      {
        test: {
          ...engine,
          name: "patient",
          include: [...patient, aws, ...oneNode, clusters, model],
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...engine,
          globalSetup: [...engine.globalSetup, "test/cluster/ahead.ts"],
          name: "cluster",
          include: [cluster],
          exclude: oneNode,
          sequence: { groupOrder: 4 },
          fileParallelism: false,
        },
      },
    ],
  },
});
