import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { detectDelimiter, detectDialect } from "../../src/csv/dialect.ts";
import { CsvError, readCsv, type CsvFault, type CsvRow } from "../../src/csv/read-csv.ts";
import { csvWriter, spreadsheetCsv } from "../../src/csv/write-csv.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-csv-"));
afterAll(() => rmSync(directory, { recursive: true }));
const path = join(directory, "accounts.csv");

async function read(content: string | Buffer, required: string[] = []): Promise<(CsvRow | CsvFault)[]> {
  writeFileSync(path, content);
  const all: (CsvRow | CsvFault)[] = [];
  for await (const row of readCsv(path, required)) all.push(row);
  return all;
}

const expected = [
  { kind: "row", line: 2, values: { name: "Müller, Söhne", city: "Köln\nDeutz" } },
  { kind: "row", line: 4, values: { name: 'The "Best"', city: "" } },
];
const content = 'name,city\r\n"Müller, Söhne","Köln\nDeutz"\r\n"The ""Best"""\r\n';
const semicolons = content.replaceAll(/,(?=city|")/g, ";");

describe("a CSV file is read", () => {
  test.each([
    ["UTF-8", Buffer.from(content)],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${content}`)],
    ["UTF-16 LE with a mark", Buffer.from(`\ufeff${content}`, "utf16le")],
    ["UTF-16 LE", Buffer.from(content, "utf16le")],
    ["UTF-16 BE with a mark", Buffer.from(`\ufeff${content}`, "utf16le").swap16()],
    ["windows-1252", Buffer.from(content, "latin1")],
    ["semicolons", Buffer.from(semicolons)],
    ["Excel's sep line", Buffer.from(`sep=;\r\n${semicolons}`)],
    ["tabs and Unix line ends", Buffer.from(semicolons.replaceAll(";", "\t").replaceAll("\r", ""))],
  ])("%s", async (_, bytes) => {
    const rows = await read(bytes);
    expect(rows.map((row) => row.kind === "row" && row.values)).toEqual(expected.map((row) => row.values));
  });

  it("with the lines on which rows start", async () => {
    expect(await read(content)).toEqual(expected);
  });

  it("to its last byte before the encoding is decided", async () => {
    const late = Buffer.concat([Buffer.from(`name\n${"x\n".repeat(100_000)}`), Buffer.from([0x80, 0x0a])]);
    const rows = await read(late);
    expect(rows).toHaveLength(100_001);
    expect(rows.at(-1)).toEqual({ kind: "row", line: 100_002, values: { name: "€" } });
    expect(await detectDialect(path)).toEqual({ encoding: "windows-1252", delimiter: "," });
  });

  it("and yields a row with too many values as a fault", async () => {
    expect(await read("name,city\nAcme, Inc,Paris\nBeta,Rome,,\n")).toEqual([
      expect.objectContaining({
        kind: "fault",
        line: 2,
        sentence: expect.stringContaining("3 values, but there are 2"),
      }),
      { kind: "row", line: 3, values: { name: "Beta", city: "Rome" } },
    ]);
  });
});

describe("a CSV file is refused", () => {
  test.each([
    ["", "is empty. Its first line must name the columns."],
    ["\ufeff\r\n\r\n", "is empty."],
    ["name,name\na,b", 'has two columns named "name".'],
    ["title,city\na,b", "lacks the column name; its first line has: title, city."],
    ['name\n"Acme\nBeta\n', "a quote near line"],
  ])("%j", async (text, sentence) => {
    await expect(read(text, ["name"])).rejects.toThrow(CsvError);
    await expect(read(text, ["name"])).rejects.toThrow(sentence);
  });

  it("when it is not there", async () => {
    await expect(readCsv(join(directory, "none.csv")).next()).rejects.toThrow(/There is no file .*none\.csv/);
    await expect(readCsv(directory).next()).rejects.toThrow("There is a directory");
  });

  it("when an unclosed quote makes a row too long", async () => {
    await expect(read(`name\n"${"Acme\n".repeat(1_000_000)}`)).rejects.toThrow(CsvError);
  });
});

test.each([
  ["a,b;c\n1,2;3", ","],
  ["a;b\n1,5;2,5", ";"],
  ["a\tb\n1\t2", "\t"],
  ["a|b", "|"],
  ['"a,b";c\n"1,2,3";4', ";"],
  ["alone", ","],
])("%j is delimited by %j", (text, delimiter) => {
  expect(detectDelimiter(text)).toBe(delimiter);
});

describe("CSV is written", () => {
  it("as in RFC 4180", () => {
    const write = csvWriter();

    const parts = [
      write([["name", "n", "b"]]),
      write([
        ['Müller, "Söhne"\nKöln', 1.5, true],
        ["", null, undefined],
      ]),
    ];

    expect(parts.join("")).toBe('name,n,b\r\n"Müller, ""Söhne""\nKöln",1.5,true\r\n,,\r\n');
  });

  it("for programs with formulas as they are", () => {
    expect(csvWriter()([["=1+1"]])).toBe("=1+1\r\n");
  });

  it.each([
    ["=1+1"],
    ["+1"],
    ["-1"],
    ["@x"],
    ["\t=1"],
    ["\r=1"],
    ["\n=1"],
    ["＝1"],
    ["＋1"],
    ["－1"],
    ["＠x"],
  ])("for spreadsheets without the formula %j", async (formula) => {
    const [row] = await read(csvWriter({ forSpreadsheets: true })([["text"], [formula]]));

    expect(row).toMatchObject({ values: { text: `'${formula}` } });
  });

  it("for spreadsheets with numbers and other text as they are, after one byte order mark", async () => {
    const batches = async function* () {
      yield [["text", "number"]];
      yield [["a=b", -5]];
      yield [["’=1", 1]];
    };

    const parts: string[] = [];
    for await (const part of spreadsheetCsv(batches())) parts.push(part);

    expect(parts).toEqual(["\ufefftext,number\r\n", "a=b,-5\r\n", "’=1,1\r\n"]);
  });

  it("and read back as it was", async () => {
    const values = [' a "b", c;\t|', "=x", "line\r\nbreak", "ü"];
    expect(await read(csvWriter()([["1", "2", "3", "4"], values]))).toMatchObject([
      { values: { 1: values[0], 2: values[1], 3: values[2], 4: values[3] } },
    ]);
  });
});
