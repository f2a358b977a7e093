// Starts the test files that take longest first, so that no core idles at the end.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { PROJECTS } from "./projects.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Seconds of each file that takes two or more, written by scripts/test-durations.ts. All others
 * take less.
 */
const seconds: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(new URL("durations.json", import.meta.url), "utf8"),
);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => ({
      // A process is reused only for files of one project, so files that share a process are grouped
      // by project, after the isolated ones.
      group: project.config.isolate ? 0 : 1 + PROJECTS.findIndex((name) => name === project.name),
      seconds: seconds[relative(ROOT, moduleId)] ?? 0,
    });
    const ranked = files.map((file) => ({ file, ...rank(file) }));
    return ranked.toSorted((a, b) => a.group - b.group || b.seconds - a.seconds).map(({ file }) => file);
  }
}
