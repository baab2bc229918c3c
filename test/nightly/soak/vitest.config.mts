import { defineConfig } from "vitest/config";

// Real runs that `npm test` has no time for.
export default defineConfig({
  test: {
    include: ["test/nightly/soak/**/*.test.ts"],
    globalSetup: "test/e2e/machine.ts",
    testTimeout: 600_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
});
