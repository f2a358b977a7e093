// The order in which test files start: those that take longest first, so that no core idles at the end.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Seconds of each file that takes more than one, as `.ci/run` last measured them; a file that is not in it is short. */
const seconds: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(new URL("durations.json", import.meta.url), "utf8"),
);

export class longestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) =>
      // Files that share a process must follow one another to do so.
      project.config.isolate ? (seconds[relative(ROOT, moduleId)] ?? 0) : -1;
    return files.toSorted((a, b) => rank(b) - rank(a));
  }
}
