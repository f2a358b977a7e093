import { expect, test } from "vitest";
import { createLog } from "../../src/lib/log.ts";

function recordingLog() {
  const lines: string[] = [];
  const log = createLog({
    level: "info",
    destination: {
      write: (line: string) => {
        lines.push(line);
      },
    },
  });
  return { lines, log };
}

test("a line has level, time, message and fields, and an error its causes", () => {
  const { lines, log } = recordingLog();
  log.child({ run: 7 }).error("It failed", { err: new Error("outer", { cause: new Error("inner") }) });
  const line: unknown = JSON.parse(lines[0] ?? "");
  expect(line).toMatchObject({ level: "error", message: "It failed", run: 7, err: { type: "Error" } });
  expect(lines[0]).toContain("outer: inner");
});

test("lines below the level are not written", () => {
  const { lines, log } = recordingLog();
  log.debug("too fine");
  expect(lines).toEqual([]);
});

test("fields with secrets are redacted, also nested ones", () => {
  const { lines, log } = recordingLog();
  const secrets = { clientSecret: "m4rked", refresh_token: "m4rked", password: "m4rked" };
  log.info("Connecting", {
    ...secrets,
    request: { headers: { authorization: "Bearer m4rked" } },
    deep: { a: secrets },
  });
  expect(lines[0]).not.toContain("m4rked");
  expect(lines[0]).toContain("[secret]");
});
