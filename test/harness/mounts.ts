// Mounts a file alone, as containers do with secrets. Only root can, and not in every container.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const canMount =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["-m", "true"]).status === 0;

/** Mounts a file over the file at `path` until the end of the test; returns the mounted file. */
export function mountFile(path: string, content: string, { readOnly = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-mounted-"));
  const mounted = join(folder, "mounted file");
  writeFileSync(mounted, content, { mode: 0o600 });
  execFileSync("mount", ["--bind", mounted, path]);
  onTestFinished(() => {
    execFileSync("umount", [path]);
    rmSync(folder, { recursive: true });
  });
  if (readOnly) execFileSync("mount", ["-o", "remount,bind,ro", path]);
  return mounted;
}
