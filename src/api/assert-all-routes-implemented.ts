// Whether everything that a contract promises has code behind it: told at the start, not by a page that meets a 404.
import type { Contract } from "./contract/route.ts";
import type { Implementation } from "./implement.ts";

/** @throws with the routes that have no code, or more than one piece of it */
export function assertAllRoutesImplemented(contract: Contract, routes: readonly Implementation[]): void {
  const implementationCount = (route: Implementation["route"]) =>
    routes.filter((one) => one.route === route).length;
  const faults = Object.entries(contract)
    .filter(([, route]) => implementationCount(route) !== 1)
    .map(([name, route]) => `${name} has ${implementationCount(route)}`);
  if (faults.length > 0)
    throw new Error(`Each route of the contract needs exactly one implementation: ${faults.join(", ")}.`);
}
