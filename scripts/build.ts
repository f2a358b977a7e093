// `npm run build`: makes the program and its pages in `dist`, or in the folder that is named.
// With `--pages` it makes the pages alone.
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildPages, buildProgram } from "./build-parts.ts";

const { values, positionals } = parseArgs({
  options: { pages: { type: "boolean", default: false } },
  allowPositionals: true,
});
const dist = resolve(positionals[0] ?? join(fileURLToPath(new URL("..", import.meta.url)), "dist"));
await buildPages(dist);
if (!values.pages) await buildProgram(dist);
