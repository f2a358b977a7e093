import { expect, it } from "vitest";
import { requireWhole } from "../../src/api/whole.ts";
import { webWorkspace } from "../harness/web.ts";

it("refuses to start without code for a route, or with two", async () => {
  const { routes } = await webWorkspace();
  expect(() => requireWhole(routes)).not.toThrow();
  expect(() => requireWhole(routes.slice(1))).toThrow("getSession has 0");
  expect(() => requireWhole([...routes, routes[0]!])).toThrow("getSession has 2");
});
