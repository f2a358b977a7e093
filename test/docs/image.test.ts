// The image cannot be built in tests, so its files are compared with the sources.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { EXTERNAL_PACKAGES } from "../../scripts/build-parts.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { readConfig } from "../../src/config.ts";
import { type Setting, settings } from "../../src/config/settings.ts";
import { ROOT } from "./pages.ts";

const dockerfile = readFileSync(join(ROOT, "Dockerfile"), "utf8").replaceAll(/\\\n\s*/g, "");
const known: readonly Setting[] = settings;
const names = new Set(known.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])));

const service = z.object({
  command: z.union([z.string(), z.array(z.string())]),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  ports: z.array(z.string()).optional(),
});
const compose = z.object({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

/** Parses compose.yaml; with `split`, the services that its comments offer in place of one. */
function composeFile(split = false) {
  let text = readFileSync(join(ROOT, "compose.yaml"), "utf8");
  if (split) {
    const [before = "", after = ""] = text.split(/^ {2}sluice:\n(?: {4}.*\n)+/m);
    text =
      before +
      after.replaceAll(/^ {2}# {1,3}(?=(?:sluice:|worker:| {2}\S).*$)/gm, (marks) => marks.replace("# ", ""));
  }
  return compose.parse(parse(text, { merge: true }));
}

test("the image copies what is there and what .dockerignore lets in", () => {
  const allowed = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .flatMap((line) => /^!(.+)$/.exec(line)?.[1] ?? []);
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words = ""]) =>
    words.split(" ").slice(0, -1),
  );
  expect(sources).toContain("package-lock.json");
  expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(
    sources.filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}/`))),
  ).toEqual([]);
  expect(
    allowed.filter((one) => !sources.some((path) => path === one || path.startsWith(`${one}/`))),
  ).toEqual([]);
});

test("the image has the build, and the packages that are no part of it", () => {
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/build\/(\S+)/gm)].map(([, path]) => path);
  const scopes = EXTERNAL_PACKAGES.map((name) => `node_modules/${name.split("/")[0]}`);
  expect(copied).toEqual([...scopes, "dist"]);
});

test("the image starts the program itself, without privileges, and holds no secret", () => {
  const lines = dockerfile.split("\n").filter((line) => !line.startsWith("#"));
  expect(lines).toContain(`ENTRYPOINT ["node", "${manifest.bin.sluice}"]`);
  expect(lines.findLast((line) => line.startsWith("USER"))).toBe("USER node");
  const environment = [...dockerfile.matchAll(/\b(SLUICE_[A-Z_]+)=(\S+)/g)].map(
    ([, name = "", value = ""]) => [name, value],
  );
  expect(() => readConfig(Object.fromEntries(environment))).not.toThrow();
  const secret = new Set(known.filter((one) => one.secret).map(({ name }) => name));
  expect(environment.map(([name]) => name).filter((name) => !names.has(name!) || secret.has(name!))).toEqual(
    [],
  );
});

test.for([false, true])("compose.yaml has only existing settings (split: %s)", (split) => {
  const { services, secrets } = composeFile(split);
  const { database, ...ours } = services;
  expect(Object.keys(ours)).toEqual(split ? ["sluice", "worker"] : ["sluice"]);
  const program = buildProgram(async () => undefined);
  for (const { command, environment, secrets: given } of Object.values(ours)) {
    expect(Object.keys(environment).filter((name) => !names.has(name))).toEqual([]);
    expect(program.commands.map((one) => one.name())).toContain(command[0]);
    const files = Object.values(environment).flatMap(
      (value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? [],
    );
    expect(files.toSorted()).toEqual(given.toSorted());
    expect(given.filter((name) => !(name in secrets))).toEqual([]);
  }
  expect(Object.values(ours).flatMap(({ ports = [] }) => ports)).toEqual(["127.0.0.1:8377:8377"]);
  expect(database?.secrets).toEqual(["database-password"]);
});

test("settings that compose.yaml takes from the shell mean the same when they are empty", () => {
  const { services } = composeFile();
  const standard = Object.entries(services["sluice"]!.environment).flatMap(([name, value]) => {
    const [, given = ""] = /^\$\{\w+:-(.*)\}$/.exec(value) ?? [];
    return value.startsWith("${") && !value.includes(":?") ? [[name, given]] : [];
  });
  expect(() => readConfig(Object.fromEntries(standard))).not.toThrow();
});

test("the port is one everywhere", () => {
  const port = known.find(({ name }) => name === "SLUICE_PORT")?.default;
  expect(dockerfile).toContain(`EXPOSE ${port}\n`);
  expect(dockerfile).toContain(`process.env.SLUICE_PORT || ${port}`);
  expect(readFileSync(join(ROOT, "web/vite.config.ts"), "utf8")).toContain(`"http://127.0.0.1:${port}"`);
});
