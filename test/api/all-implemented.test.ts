import { expect, it } from "vitest";
import { contract } from "../../src/api/contract/all.ts";
import { assertImplemented } from "../../src/api/assert-all-implemented.ts";
import { webWorkspace } from "../harness/web.ts";

it("refuses to start without code for a route, or with two", async () => {
  const { routes } = await webWorkspace();
  expect(() => assertImplemented(contract, routes)).not.toThrow();
  expect(() => assertImplemented(contract, routes.slice(1))).toThrow("getSession has 0");
  expect(() => assertImplemented(contract, [...routes, routes[0]!])).toThrow("getSession has 2");
});
