import { defineConfig } from "vitest/config";

// `npm run bench`: each file measures one thing; names of files on the command line choose some.
export default defineConfig({
  test: {
    include: ["bench/*.bench.ts"],
    globalSetup: ["test/e2e/machine.ts", "bench/support/page.ts"],
    fileParallelism: false,
    // Progress shows when it happens.
    disableConsoleIntercept: true,
    reporters: [["default", { summary: false }]],
    hookTimeout: 900_000,
    teardownTimeout: 60_000,
  },
});
