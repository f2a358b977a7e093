import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { roomFaults } from "../../scripts/rooms.ts";

async function treeOf(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "sluice-rooms-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const USES = (path: string) => `import { x } from "${path}";\nexport const y = x;\n`;

test("an import against the table is one sentence with file, line and rule", async () => {
  const root = await treeOf({
    "src/lib/clock.ts": `// Two lines.\n\n${USES("../db/pool.ts")}`,
    "src/db/pool.ts": USES("../lib/ids.ts"),
    "src/lib/ids.ts": "export const x = 1;\n",
    "simulator/server.ts": USES("../src/lib/ids.ts"),
    "src/sync/read.ts": `export async function read() {\n  return import("../../simulator/server.ts");\n}\n`,
    "src/api/contract/route.ts": `import { z } from "zod";\nimport pg from "pg";\nexport const y = [z, pg];\n`,
  });
  expect((await roomFaults(root)).toSorted()).toEqual([
    "simulator/server.ts:1 imports src/lib/ids.ts, but simulator may import nothing of ours.",
    "src/api/contract/route.ts:2 imports pg, but of packages it may import only zod.",
    "src/lib/clock.ts:3 imports src/db/pool.ts, but src/lib may import nothing of ours.",
    "src/sync/read.ts:2 imports simulator/server.ts, but src/sync may import only " +
      "src/dataverse, src/accounts, src/teammates, src/settings, src/csv, src/db, src/lib.",
  ]);
});

test("types count, but for the room that may know another's types", async () => {
  const root = await treeOf({
    "src/sync/run.ts": "export type x = 1;\n",
    "src/lib/log.ts": `import type {\n  x,\n} from "../sync/run.ts";\nexport type y = x;\n`,
    "src/notify/mail.ts": `import type { x } from "../sync/run.ts";\nexport type y = x;\n`,
    "src/notify/more.ts": USES("../sync/run.ts"),
  });
  expect((await roomFaults(root)).toSorted()).toEqual([
    "src/lib/log.ts:1 imports src/sync/run.ts, but src/lib may import nothing of ours.",
    "src/notify/more.ts:1 imports src/sync/run.ts, but src/notify may import nothing but types of src/sync (import type).",
  ]);
});

test("an import cycle is reported once, whichever file it is entered by, and one of types too", async () => {
  const root = await treeOf({
    "src/sync/a.ts": USES("./b.ts"),
    "src/sync/b.ts": `export { y } from "./c.ts";\n`,
    "src/sync/c.ts": `export * from "./a.ts";\n`,
    "src/sync/d.ts": `import type { y } from "./e.ts";\nexport type z = y;\n`,
    "src/sync/e.ts": `import type { z } from "./d.ts";\nexport type y = z;\n`,
  });
  expect(await roomFaults(root)).toEqual([
    "src/sync/a.ts imports src/sync/b.ts imports src/sync/c.ts imports src/sync/a.ts: an import cycle. " +
      "Move what they share into a file of its own.",
    "src/sync/d.ts imports src/sync/e.ts imports src/sync/d.ts: an import cycle. " +
      "Move what they share into a file of its own.",
  ]);
});

test("a second writer of runs is reported", async () => {
  const root = await treeOf({
    "src/sync/record/end.ts": 'export const x = db.updateTable("runs");\n',
    "src/jobs/ask.ts":
      "// update runs is for others\nexport const y = sql`update runs set status = 'done'`;\n",
  });
  expect(await roomFaults(root)).toEqual([
    "src/jobs/ask.ts:2 writes runs, but only src/sync/record may; say the event, or add what is written there.",
  ]);
});

test("a folder without a room, and a second reader of the environment, are reported", async () => {
  const root = await treeOf({
    "src/utils/all.ts": "export const x = 1;\n",
    "src/config.ts": "export const home = process.env.HOME;\n",
    "src/db/pool.ts": "// process.env is for others\nexport const url = process.env.DATABASE_URL;\n",
  });
  expect((await roomFaults(root)).toSorted()).toEqual([
    "src/db/pool.ts:2 reads process.env, but only src/config.ts may; take the value as an argument.",
    "src/utils/all.ts is in no room. Move it, or give its folder a line in the room table of scripts/rooms.ts.",
  ]);
});
