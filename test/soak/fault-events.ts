// What goes wrong between Dynamics 365 and us. A rule waits for its turn: it may meet this run's requests or the next one's.
import type { FaultRuleInput } from "../../simulator/faults/rule.ts";
import { TOKEN_SECONDS } from "./installation.ts";
import type { Kind, Kinds } from "./event-context.ts";

/** The next requests to Dynamics meet this; those that answer a sign-in do not. */
function trouble(rule: Pick<FaultRuleInput, "fault" | "times">): Kind["happen"] {
  return ({ random, simulator }) => {
    simulator.faults.add({ method: "GET", path: "^/api/data/", skip: random.below(4), ...rule });
    return true;
  };
}

export const troubles: Kinds = {
  "throttled, with Retry-After": {
    cards: 1,
    happen: trouble({ fault: { kind: "throttle", retryAfter: 20 }, times: 3 }),
  },
  "throttled longer than a token lives": {
    cards: 1,
    happen: trouble({ fault: { kind: "throttle", retryAfter: TOKEN_SECONDS + 60 } }),
  },
  "unavailable (503)": { cards: 1, happen: trouble({ fault: { kind: "unavailable" }, times: 2 }) },
  "connection cut before an answer": {
    cards: 1,
    happen: trouble({ fault: { kind: "cut", when: "before-headers" } }),
  },
  "connection cut in an answer": { cards: 1, happen: trouble({ fault: { kind: "cut", when: "in-body" } }) },
  "HTML instead of JSON (502)": { cards: 1, happen: trouble({ fault: { kind: "bad-gateway" }, times: 2 }) },
  "access token refused (401)": { cards: 1, happen: trouble({ fault: { kind: "expired-token" } }) },
  "out of order for a whole run": {
    cards: 1,
    happen: ({ simulator }) => {
      // The first request of a run is tried six times.
      simulator.faults.add({ path: "/WhoAmI", fault: { kind: "bad-gateway" }, times: 6 });
      return true;
    },
  },
};
