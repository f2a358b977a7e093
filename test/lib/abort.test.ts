import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { linkSignals, untilAborted } from "../../src/lib/abort.ts";

test("a linked signal aborts with the reason of the source that did", () => {
  const run = new AbortController();
  const call = new AbortController();
  const linked = linkSignals(run.signal, undefined, call.signal);
  call.abort("enough");
  expect(linked.signal.reason).toBe("enough");
});

test("a source that is already aborted counts", () => {
  expect(linkSignals(AbortSignal.abort("before")).signal.reason).toBe("before");
});

test("a released link leaves no listener on a long-lived source", () => {
  const run = new AbortController();
  for (let request = 0; request < 3; request += 1) linkSignals(run.signal).release();
  expect(getEventListeners(run.signal, "abort")).toHaveLength(0);
});

test("an aborted waiter gets the reason, and others get the result", async () => {
  const shared = Promise.resolve("token");
  const impatient = new AbortController();
  const waiting = untilAborted(new Promise<string>(() => {}), impatient.signal);
  impatient.abort("gone");
  await expect(waiting).rejects.toBe("gone");
  await expect(untilAborted(shared, new AbortController().signal)).resolves.toBe("token");
});
