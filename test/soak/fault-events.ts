// Events: faults between Dynamics 365 and Sluice. A fault hits the next matching requests, of this
// run or of a later one.
import type { FaultRuleInput } from "../../simulator/faults/rule.ts";
import { TOKEN_SECONDS } from "./installation.ts";
import type { EventKind, EventKinds } from "./event-context.ts";

/** Adds a fault to the next requests to Dynamics 365 that are not part of a sign-in. */
function addFault(rule: Pick<FaultRuleInput, "fault" | "times">): EventKind["perform"] {
  return ({ random, simulator }) => {
    simulator.faults.add({ method: "GET", path: "^/api/data/", skip: random.below(4), ...rule });
    return true;
  };
}

export const faultEvents: EventKinds = {
  "throttled, with Retry-After": {
    weight: 1,
    perform: addFault({ fault: { kind: "throttle", retryAfter: 20 }, times: 3 }),
  },
  "throttled longer than a token lives": {
    weight: 1,
    perform: addFault({ fault: { kind: "throttle", retryAfter: TOKEN_SECONDS + 60 } }),
  },
  "unavailable (503)": { weight: 1, perform: addFault({ fault: { kind: "unavailable" }, times: 2 }) },
  "connection cut before an answer": {
    weight: 1,
    perform: addFault({ fault: { kind: "cut", when: "before-headers" } }),
  },
  "connection cut in an answer": {
    weight: 1,
    perform: addFault({ fault: { kind: "cut", when: "in-body" } }),
  },
  "HTML instead of JSON (502)": {
    weight: 1,
    perform: addFault({ fault: { kind: "bad-gateway" }, times: 2 }),
  },
  "access token refused (401)": { weight: 1, perform: addFault({ fault: { kind: "expired-token" } }) },
  "out of order for a whole run": {
    weight: 1,
    perform: ({ simulator }) => {
      // The first request of a run is made six times before the run fails.
      simulator.faults.add({ path: "/WhoAmI", fault: { kind: "bad-gateway" }, times: 6 });
      return true;
    },
  },
};
