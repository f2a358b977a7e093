// Installs the command `sluice` as an operator has it: what `npm run build` makes, without the
// sources. It is below node_modules, where the program finds the packages that it still imports.
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../../scripts/build-parts.ts";
import type { SharedService } from "./shared-service.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The service answers with the path of the command's file. */
export async function installCommand(): Promise<SharedService> {
  const folder = `${ROOT}node_modules/.cache/sluice-command-${process.pid}`;
  await buildProgram(`${folder}/dist`);
  for (const name of ["bin", "package.json"])
    await cp(`${ROOT}${name}`, `${folder}/${name}`, { recursive: true });
  return {
    get: async () => `${folder}/bin/sluice.js`,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
