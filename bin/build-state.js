// Tells whether `dist` was built from the present sources. It compares contents, because the times
// of files are meaningless after a checkout or a copy; reading all of them takes 20 ms.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

const TOOLS = ["package.json", "package-lock.json", "scripts/build-parts.ts"];

/**
 * What each part of the build is made from.
 * @type {Readonly<Record<"program" | "web", readonly string[]>>}
 */
export const SOURCES = {
  program: ["src", "simulator", "bin/build-state.js", ...TOOLS],
  web: ["web", "src/api/contract", "src/settings", ...TOOLS],
};

/**
 * @param {string} path
 * @returns {string[]} the file itself, or all files below the folder
 */
function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesOf(join(path, name)));
}

/**
 * @param {string} root of the sources
 * @param {keyof typeof SOURCES} part
 * @returns {string} a hash of the names and contents of what the part is made from
 */
export function sourcesDigest(root, part) {
  const hash = createHash("sha256");
  for (const source of SOURCES[part]) {
    for (const file of filesOf(join(root, source))) {
      const content = readFileSync(file);
      hash.update(`${relative(root, file)} ${content.length}\n`).update(content);
    }
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {keyof typeof SOURCES} part
 * @returns {"current" | "stale" | "missing"} without sources, as in an image, a build is current
 */
export function buildState(root, part) {
  const digestFile = join(root, "dist", `${part}.sources`);
  if (!existsSync(digestFile) || !existsSync(join(root, "dist", part))) return "missing";
  const [folder] = SOURCES[part];
  if (!existsSync(join(root, folder))) return "current";
  return readFileSync(digestFile, "utf8") === sourcesDigest(root, part) ? "current" : "stale";
}
