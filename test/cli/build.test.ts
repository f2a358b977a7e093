// What bin/sluice.js runs: the build or the sources. The tree is minimal; its program prints which
// of the two it is.
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { sourcesDigest } from "../../bin/build-state.js";
import { findBuiltPages } from "../../src/cli/pages.ts";
import { builtCommand, command } from "../harness/command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const BUILT = {
  "src/cli/main.ts": `console.log("sources" satisfies string);\n`,
  "src/db/migrations/0001-start.sql": "select 1;\n",
  "src/api/contract/route.ts": "export const path = 1;\n",
  "web/index.html": "<p>source</p>\n",
  "dist/program/main.js": `console.log("build");\n`,
  "dist/web/index.html": "<p>build</p>\n",
};

/** A checkout that was just built, with development packages or without. */
async function builtCheckout({ hasTsx }: { hasTsx: boolean }) {
  const root = await mkdtemp(join(tmpdir(), "sluice-build-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  const remove = (path: string) => rm(join(root, path), { recursive: true });
  for (const name of ["bin", "package.json"])
    await cp(join(ROOT, name), join(root, name), { recursive: true });
  for (const [path, text] of Object.entries(BUILT)) await write(path, text);
  for (const part of ["program", "web"] as const)
    await write(`dist/${part}.sources`, sourcesDigest(root, part));
  if (hasTsx) await symlink(join(ROOT, "node_modules"), join(root, "node_modules"));
  const { run } = await command({}, join(root, "bin/sluice.js"));
  return { root, write, remove, run };
}

type Checkout = Awaited<ReturnType<typeof builtCheckout>>;

const CHANGES: readonly (readonly [what: string, make: (checkout: Checkout) => Promise<unknown>])[] = [
  ["a file changed", ({ write }) => write("src/cli/main.ts", `${BUILT["src/cli/main.ts"]}\n`)],
  ["a migration more", ({ write }) => write("src/db/migrations/0002-more.sql", "select 2;\n")],
  ["a file less", ({ remove }) => remove("src/api/contract/route.ts")],
  ["other packages", ({ write }) => write("package-lock.json", "{}\n")],
  ["a build that was cut off", ({ remove }) => remove("dist/program.sources")],
];

test("runs the build of these sources", async () => {
  const { run } = await builtCheckout({ hasTsx: true });
  expect(await run([])).toMatchObject({ code: 0, stdout: "build\n", stderr: "" });
});

test.for(CHANGES)("runs the sources where the build is not theirs: %s", async ([, make]) => {
  const checkout = await builtCheckout({ hasTsx: true });
  await make(checkout);
  expect(await checkout.run([])).toMatchObject({ code: 0, stdout: "sources\n", stderr: "" });
});

test("refuses an old build where it cannot run the sources", async () => {
  const { run, write } = await builtCheckout({ hasTsx: false });
  await write("simulator/new.ts", "export {};\n");
  expect(await run([])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^Sluice was built from other sources .* "npm run build" .*\n$/),
  });
});

test("says that it has not been built where it cannot run the sources", async () => {
  const { remove, run } = await builtCheckout({ hasTsx: false });
  await remove("dist");
  expect(await run([])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("has not been built"),
  });
});

test("runs the build where there are no sources, as in an image", async () => {
  const { remove, run } = await builtCheckout({ hasTsx: false });
  await remove("src");
  expect(await run([])).toMatchObject({ code: 0, stdout: "build\n" });
});

test("serves outdated pages with a warning", async () => {
  const { root, write, remove } = await builtCheckout({ hasTsx: false });
  const warnings: string[] = [];
  const find = () => findBuiltPages((sentence) => warnings.push(sentence), root);
  expect([find(), ...warnings]).toEqual([join(root, "dist/web")]);

  await write("src/api/contract/route.ts", "export const path = 2;\n");
  expect([find(), ...warnings]).toEqual([
    join(root, "dist/web"),
    "The pages were built from other sources than these. Build them again with: npm run build",
  ]);

  await remove("dist/web.sources");
  expect(find()).toBeUndefined();
  expect(warnings.at(-1)).toContain("The pages have not been built");
});

test("a build says what it was made from", async () => {
  const root = dirname(dirname(await builtCommand()));
  const written = await readFile(join(root, "dist/program.sources"), "utf8");
  expect(written).toBe(sourcesDigest(ROOT, "program"));
});
