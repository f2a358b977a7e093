import { expect, it } from "vitest";
import { contract } from "../../src/api/contract/all.ts";
import { assertAllRoutesImplemented } from "../../src/api/assert-all-routes-implemented.ts";
import { webWorkspace } from "../harness/web.ts";

it("refuses to start if a route has no implementation, or two", async () => {
  const { routes } = await webWorkspace();
  expect(() => assertAllRoutesImplemented(contract, routes)).not.toThrow();
  expect(() => assertAllRoutesImplemented(contract, routes.slice(1))).toThrow("getSession has 0");
  expect(() => assertAllRoutesImplemented(contract, [...routes, routes[0]!])).toThrow("getSession has 2");
});
