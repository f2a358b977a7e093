// `npm run build` makes two parts: the pages, and the program with its packages, in which each
// command is a file.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown, type RolldownOutput } from "rolldown";
import { build, type Plugin } from "vite";
import { SOURCES, sourcesDigest } from "../bin/build-state.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Packages that stay outside of the program: this one is compiled for one kind of machine. */
export const EXTERNAL_PACKAGES: readonly string[] = ["@node-rs/argon2"];

/** pg looks for it, and does without. */
const ABSENT_PACKAGES = ["pg-native"];

type Part = keyof typeof SOURCES;

/** Fails where a file of ours goes in whose change `bin/sluice.js` would not notice. */
function onlyKnownSources(part: Part): Plugin {
  return {
    name: "only known sources",
    buildEnd() {
      const unknown = [...this.getModuleIds()]
        .filter((id) => id.startsWith(ROOT))
        .map((id) => id.slice(ROOT.length).replace(/\?.*/, ""))
        .filter((file) => !file.startsWith("node_modules/"))
        .filter((file) => !SOURCES[part].some((source) => `${file}/`.startsWith(`${source}/`)));
      if (unknown.length > 0)
        this.error(`${unknown.join(", ")} goes into the build. Add it to SOURCES in bin/build-state.js.`);
    },
  };
}

/**
 * The digest of the sources is written last, so that a build that was cut off does not count as one.
 * It is taken first, so that a file that changes meanwhile makes the build stale.
 */
async function makePart(part: Part, dist: string, make: (folder: string) => Promise<void>): Promise<void> {
  const digest = sourcesDigest(ROOT, part);
  const folder = join(dist, part);
  const digestFile = join(dist, `${part}.sources`);
  await rm(digestFile, { force: true });
  await rm(folder, { recursive: true, force: true });
  await make(folder);
  await mkdir(dist, { recursive: true });
  await writeFile(digestFile, digest);
}

/** Into `web` below `dist`. */
export function buildPages(dist: string, logLevel: "warn" | "error" = "warn"): Promise<void> {
  return makePart("web", dist, async (outDir) => {
    await build({
      root: join(ROOT, "web"),
      logLevel,
      build: { outDir, emptyOutDir: true },
      plugins: [onlyKnownSources("web")],
    });
  });
}

function importedPackages({ output }: RolldownOutput): string[] {
  const chunks = output.filter((file) => file.type === "chunk");
  const own = new Set(chunks.map(({ fileName }) => fileName));
  return chunks
    .flatMap(({ imports, dynamicImports }) => imports.concat(dynamicImports))
    .filter((name) => !own.has(name) && !isBuiltin(name));
}

/** Into `program` below `dist`. */
export function buildProgram(dist: string): Promise<void> {
  return makePart("program", dist, async (dir) => {
    const bundle = await rolldown({
      cwd: ROOT,
      input: "src/cli/main.ts",
      platform: "node",
      external: [...EXTERNAL_PACKAGES, ...ABSENT_PACKAGES],
      plugins: [onlyKnownSources("program")],
    });
    // Node reads the maps with each file; with the sources in them they are three times as large.
    const output = await bundle.write({ dir, format: "esm", sourcemap: true, sourcemapExcludeSources: true });
    await bundle.close();
    const missing = importedPackages(output).filter((name) => !EXTERNAL_PACKAGES.includes(name));
    if (missing.length > 0) throw new Error(`The program would import ${missing.join(", ")} when it runs.`);
    // They are read as files, from beside the file that reads them.
    await cp(join(ROOT, "src/db/migrations"), join(dir, "migrations"), {
      recursive: true,
      filter: (path) => !path.endsWith(".ts"),
    });
  });
}
