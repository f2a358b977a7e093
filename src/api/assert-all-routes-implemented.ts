// Checks at the start that every route of a contract has code, so that no page meets a 404 later.
import type { Contract } from "./contract/route.ts";
import type { Implementation } from "./implement.ts";

/** @throws that names the routes with no implementation, or several */
export function assertAllRoutesImplemented(contract: Contract, routes: readonly Implementation[]): void {
  const implementationCount = (route: Implementation["route"]) =>
    routes.filter((one) => one.route === route).length;
  const faults = Object.entries(contract)
    .filter(([, route]) => implementationCount(route) !== 1)
    .map(([name, route]) => `${name} has ${implementationCount(route)}`);
  if (faults.length > 0)
    throw new Error(`Each route of the contract needs exactly one implementation: ${faults.join(", ")}.`);
}
