import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { notRun, projectOf, projects } from "../projects.ts";

/** A folder `test` of these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-projects-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test("the project of a test file follows from its name, or from what it imports at whatever distance", () => {
  const folder = folderOf({
    "harness/database.ts": `import pg from "pg";\n`,
    "harness/web.ts": `import { testDatabase } from "./database.ts";\n`,
    "harness/command.ts": `import {\n  spawn,\n} from "node:child_process";\nimport { testDatabase } from "./database.ts";\n`,
    "web/visit.ts": `import { chromium } from "playwright-core";\nimport { command } from "../harness/command.ts";\n`,
    "lib/clock.test.ts": `import { clock } from "../../src/lib/clock.ts";\n`,
    "lib/types.test.ts": `import type { TestDatabase } from "../harness/database.ts";\n`,
    "api/runs.test.ts": `import { web } from "../harness/web.ts";\n`,
    "cli/serve.test.ts": `import { command } from "../harness/command.ts";\n`,
    "web/page.test.ts": `import { visit } from "./visit.ts";\n`,
    "soak/days.long.test.ts": `import { web } from "../harness/web.ts";\n`,
    "sync/companies.data.test.ts": `import { command } from "../harness/command.ts";\n`,
  });
  const project = (file: string) => projectOf(join(folder, file), folder);
  expect(project("lib/clock.test.ts")).toBe("pure");
  expect(project("lib/types.test.ts")).toBe("pure");
  expect(project("api/runs.test.ts")).toBe("db");
  expect(project("cli/serve.test.ts")).toBe("process");
  expect(project("web/page.test.ts")).toBe("browser");
  expect(project("soak/days.long.test.ts")).toBe("long");
  expect(project("sync/companies.data.test.ts")).toBe("data");
});

test("no project of this repository is empty, and a long run has what does more in it", () => {
  const sizes = projects().map(({ project, files }) => [project, files.length > 0]);
  expect(sizes.filter(([, isThere]) => !isThere)).toEqual([]);
  const long = projects(true).flatMap(({ files }) => files);
  expect(long).toContain("test/sync/property.long.test.ts");
  expect(long).toContain("test/accounts/parse-domains.test.ts");
  expect(long).not.toContain("test/lib/clock.test.ts");
});

test("a project whose need is not there is told in one line", () => {
  const all = [
    { project: "browser", files: ["a.test.ts", "b.test.ts"], unavailableReason: "Chromium is not here" },
    { project: "pure", files: ["c.test.ts"], unavailableReason: undefined },
  ] as const;
  expect(notRun(all)).toEqual(["Not run: 2 files of the project browser, since Chromium is not here."]);
});
