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
    // One more than the two cores that the suite was measured on, since many tests mostly wait for a
    // process, a page or a timer.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: all
      .filter(({ files, unavailableReason }) => files.length > 0 && unavailableReason === undefined)
      .map(({ project, files }) => ({
        test: {
          name: project,
          include: [...files],
          // A process for each file costs one or two seconds. Files may share one, since neither they nor
          // our modules keep state.
          isolate: project === "long" || project === "process",
          pool: "forks" as const,
          // Generous, since a slow machine is no fault of the code. No test asserts how long something
          // takes, and none is retried.
          testTimeout: 240_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          retry: 0,
        },
      })),
  },
});
