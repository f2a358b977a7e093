import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { assertReplaceable, replaceFile } from "../../src/lib/replace-file.ts";
import { canMount, mountFile } from "../harness/mounts.ts";

function fileWith(content: string, name = "token"): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-replace-"));
  onTestFinished(async () => {
    await chmod(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
}

test("a file is replaced, only its owner can read it, and nothing is left beside it", async () => {
  const path = fileWith("old and longer");
  assertReplaceable(path);

  await replaceFile(path, "new");

  expect(readFileSync(path, "utf8")).toBe("new");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, ".."))).toEqual(["token"]);
});

test("what a link points to is replaced, and the link stays", async () => {
  const target = fileWith("old");
  const link = join(target, "../link");
  symlinkSync(target, link);

  await replaceFile(link, "new");

  expect(readFileSync(target, "utf8")).toBe("new");
  expect(readFileSync(link, "utf8")).toBe("new");
});

test.runIf(canMount)("a file that is mounted alone is written in place", async () => {
  const path = fileWith("", "a token");
  const mounted = mountFile(path, "old and longer");
  assertReplaceable(path);

  await replaceFile(path, "new");

  expect(readFileSync(mounted, "utf8")).toBe("new");
  expect(readdirSync(join(path, ".."))).toEqual(["a token"]);
});

test.runIf(canMount)("a file that is mounted alone and read-only is known before", () => {
  const path = fileWith("");
  mountFile(path, "old", { readOnly: true });

  expect(() => assertReplaceable(path)).toThrow("EROFS");

  expect(readFileSync(path, "utf8")).toBe("old");
});

test.runIf(process.getuid?.() !== 0)(
  "a file in a closed directory is written in place, if it may be",
  async () => {
    const path = fileWith("old and longer");
    await chmod(join(path, ".."), 0o500);
    assertReplaceable(path);
    await replaceFile(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");

    await chmod(path, 0o400);

    expect(() => assertReplaceable(path)).toThrow("EACCES");
  },
);
