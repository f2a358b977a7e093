import { describe, expect, it } from "vitest";
import { progressLine, ProgressDisplay } from "../../src/cli/output/progress.ts";

function display(isTerminal: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  const target = { write: (text: string) => written.push(text), isTerminal, columns: 100 };
  return { written, clock, progress: new ProgressDisplay(target, () => clock.now) };
}

describe("progress", () => {
  it("is two lines per stage without a terminal", () => {
    const { written, clock, progress } = display(false);
    progress.update({ stage: "connect" });
    clock.now = 500;
    progress.update({ stage: "read", done: 0, expected: undefined });
    clock.now = 2500;
    for (const done of [5000, 10_000]) progress.update({ stage: "read", done, expected: undefined });
    progress.end();
    progress.end();
    expect(written.join("")).toBe(
      "Connecting …\nConnecting 0.5 s\nReading …\nReading    10,000 in 2.0 s (5,000/s)\n",
    );
  });

  it("is one line written over on a terminal, at most four times a second", () => {
    const { written, clock, progress } = display(true);
    for (let done = 0; done <= 100; done++) {
      clock.now = done * 10;
      progress.update({ stage: "apply", done, total: 100 });
    }
    progress.end();
    expect(written).toHaveLength(4 + 1 + 2);
    expect(written.every((text) => text.startsWith("\r\u001b[2K") || text.endsWith("\n"))).toBe(true);
    expect(written.at(-1)).toBe("Applying   100 in 1.0 s (100/s)\n");
  });

  it("has rate and time left if the total is known", () => {
    const state = { stage: "read", startedAt: 0, done: 25_000, total: 100_000 } as const;
    expect(progressLine(state, 5000)).toBe(
      `Reading    ${"█".repeat(6)}${"░".repeat(18)}  25,000 of 100,000  5,000/s  15 s left`,
    );
    expect(progressLine({ ...state, total: undefined }, 5000)).toBe("Reading    25,000  5,000/s");
    expect(progressLine({ ...state, total: 20_000 }, 5000)).toBe("Reading    25,000  5,000/s");
    expect(progressLine({ ...state, done: 0 }, 0)).toBe(`Reading    ${"░".repeat(24)}  0 of 100,000`);
  });
});
