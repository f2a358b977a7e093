// The order in which test files start: those that take longest first, so that no core idles at the end.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { PROJECTS } from "./projects.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Seconds of each file that takes two or more, written by scripts/test-durations.ts; a file that is not in it is short. */
const seconds: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(new URL("durations.json", import.meta.url), "utf8"),
);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => ({
      // A process goes on with the next file only if that is of the same project, so those stay together, behind the others.
      group: project.config.isolate ? 0 : 1 + PROJECTS.findIndex((name) => name === project.name),
      seconds: seconds[relative(ROOT, moduleId)] ?? 0,
    });
    const ranked = files.map((file) => ({ file, ...rank(file) }));
    return ranked.toSorted((a, b) => a.group - b.group || b.seconds - a.seconds).map(({ file }) => file);
  }
}
