import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/harness/database-server.ts"],
    pool: "forks",
    maxWorkers: 2,
    // Long, since a slow machine is no fault of the code; nothing asserts how long it took, and nothing is retried.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    retry: 0,
  },
});
