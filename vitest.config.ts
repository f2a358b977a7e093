import { defineConfig } from "vitest/config";
import { isFull } from "./test/harness/counts.ts";
import { LongestFirst } from "./test/longest-first.ts";
import { notRun, projects } from "./test/projects.ts";

const all = projects(isFull);
const required = process.env["SLUICE_TEST_REQUIRE"]?.split(",") ?? [];
const missing = all.filter(({ project }) => required.includes(project));
if (notRun(missing).length > 0) throw new Error(notRun(missing).join("\n"));

export default defineConfig({
  test: {
    globalSetup: ["test/harness/shared/services.ts"],
    pool: "forks",
    // One more than cores here, since many tests wait for a process, a page or a timer most of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: all
      .filter(({ files, unavailableReason }) => files.length > 0 && unavailableReason === undefined)
      .map(({ project, files }) => ({
        test: {
          name: project,
          include: [...files],
          // A process of its own for each file costs a second or two; ours keep nothing in their modules that another could meet.
          isolate: project === "long" || project === "process",
          pool: "forks" as const,
          // Long, since a slow machine is no fault of the code; nothing asserts how long it took, and nothing is retried.
          testTimeout: 240_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          retry: 0,
        },
      })),
  },
});
