// The application, built once for each state of its sources and kept in dist/. Vitest's NODE_ENV makes it the build of
// React for development, whose complaints then fail the tests.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = ["web", "src/api/contract"];

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256").update(await readFile(join(ROOT, "package-lock.json")));
  for (const folder of SOURCES) {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.toSorted()) hash.update(file).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 12);
}

const LONG_MS = 24 * 3_600_000;

/** Builds of former sources; younger ones may still be served by another run of the tests. */
async function longUnused(dist: string): Promise<string[]> {
  const names = await readdir(dist).catch(() => []);
  const paths = names.filter((name) => name.startsWith("web-")).map((name) => join(dist, name));
  const ages = await Promise.all(paths.map(async (path) => Date.now() - (await stat(path)).mtimeMs));
  return paths.filter((_, index) => (ages[index] ?? 0) > LONG_MS);
}

/** The directory of the built application. Test files may ask at once: whoever is done first has built it for all. */
export async function builtApplication(): Promise<string> {
  const dist = join(ROOT, "dist");
  const built = join(dist, `web-${await fingerprint()}`);
  if (existsSync(built)) return built;
  const outDir = await mkdtemp(join(ROOT, "node_modules", ".web-"));
  await build({ root: join(ROOT, "web"), logLevel: "error", build: { outDir } });
  await Promise.all((await longUnused(dist)).map((path) => rm(path, { recursive: true, force: true })));
  await mkdir(dist, { recursive: true });
  await rename(outDir, built).catch(async (error: unknown) => {
    await rm(outDir, { recursive: true, force: true });
    if (!existsSync(built)) throw error;
  });
  return built;
}
