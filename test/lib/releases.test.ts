import { expect, test } from "vitest";
import { createReleases, withReleases } from "../../src/lib/releases.ts";

test("releases run newest first, each once", async () => {
  const order: string[] = [];
  const releases = createReleases();
  for (const name of ["database", "worker", "server"])
    releases.add(() => {
      order.push(name);
    });
  await releases.release();
  await releases.release();
  expect(order).toEqual(["server", "worker", "database"]);
});

test("a failing release does not prevent the others", async () => {
  const order: string[] = [];
  const releases = createReleases();
  releases.add(() => {
    order.push("first");
  });
  releases.add(async () => {
    throw new Error("stuck");
  });
  await expect(releases.release()).rejects.toThrow("stuck");
  expect(order).toEqual(["first"]);
});

test("a start that fails half-way is released, and its own error is thrown", async () => {
  const order: string[] = [];
  const started = withReleases(async (releases) => {
    releases.add(() => {
      order.push("database");
      throw new Error("release failed too");
    });
    throw new Error("port taken");
  });
  await expect(started).rejects.toThrow("port taken");
  expect(order).toEqual(["database"]);
});
