import { expect, test } from "vitest";
import { lineFaults } from "../../scripts/line-lengths.ts";

const faultsOf = (...lines: readonly string[]): string[] => lineFaults("src/a.tsx", lines.join("\n"));

const words = (length: number): string => "word ".repeat(length).slice(0, length - 1) + "s";

test("a comment may have 100 characters, whatever its indentation", () => {
  const faults = faultsOf(
    `// ${words(97)}`,
    `export function one() {`,
    `        // ${words(97)}`,
    `  const two = 2; // ${words(98)}`,
    `  /**`,
    `   * ${words(98)}`,
    `   * ${words(99)}`,
    `   */`,
    `  return two;`,
    `}`,
  );
  expect(faults).toEqual([
    "src/a.tsx:4 is a comment of 101 characters. Break it at 100.",
    "src/a.tsx:7 is a comment of 101 characters. Break it at 100.",
  ]);
});

test("code may have 120 characters, a comment behind it not counted", () => {
  const call = (length: number): string => `call(${"a, ".repeat(50).slice(0, length - 8)}b);`;
  const faults = faultsOf(call(120), call(121), `${call(118)} // why`);
  expect(faults).toEqual(["src/a.tsx:2 is a line of code of 121 characters. Break it at 120."]);
});

test("a literal that has its line to itself is data, beside other code it is not", () => {
  const long = words(130);
  const data = [
    `export const TEXT: string = "${long}";`,
    `const list = [`,
    `  "${long}",`,
    `  \`${long} \${list}\`,`,
    `  /${long}/g,`,
    `];`,
    `const lines = \`first`,
    long,
    `\`;`,
    `const PATTERN = String.raw\`${long}\`;`,
    `const element = (`,
    `  <p>`,
    `    ${long}`,
    `  </p>`,
    `);`,
  ];
  expect(faultsOf(...data)).toEqual([]);
  expect(faultsOf(`throw new Error("${long}");`)).toHaveLength(1);
});

test("SQL is code, with a tag or without", () => {
  const columns = "one, ".repeat(30);
  const faults = faultsOf(
    "await query(`",
    `  select ${columns} two`,
    "  from t`);",
    "await sql`",
    `  where ${columns} two\`;`,
  );
  expect(faults.map((fault) => fault.split(" ")[0])).toEqual(["src/a.tsx:2", "src/a.tsx:5"]);
});

test("a word that cannot be broken may be longer", () => {
  expect(faultsOf(`// https://example.com/${"a".repeat(120)}`)).toEqual([]);
});
