// Defines faults as data: a rule says which requests it applies to, how often, and what happens to
// them. The JS API and, as JSON, the control endpoint take the same schema.
import { z } from "zod";
import { isAadstsCode } from "../entra/aadsts.ts";

const retryAfter = z
  .union([
    z.number().nonnegative(),
    z.literal("absent"),
    z.string().regex(/GMT$/, "An HTTP date ends in GMT."),
  ])
  .default(1)
  .describe("Seconds, an HTTP date, or absent");

const fault = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("throttle"),
    limit: z.enum(["requests", "execution-time", "concurrency"]).default("requests"),
    retryAfter,
  }),
  z.object({ kind: z.literal("unavailable"), retryAfter: retryAfter.default("absent") }),
  /** Responds with HTML where JSON is expected, as gateways do. */
  z.object({ kind: z.literal("bad-gateway") }),
  z.object({ kind: z.literal("cut"), when: z.enum(["before-headers", "in-body"]) }),
  z.object({ kind: z.literal("slow"), milliseconds: z.number().int().positive() }),
  /** Holds the request until `release()` (or DELETE of the rule): a slow page without a timer. */
  z.object({ kind: z.literal("hold") }),
  /** Responds with 401 to a valid token, as if it had just expired. */
  z.object({ kind: z.literal("expired-token") }),
  /** Responds with 200 and a body that is truncated although its length is right. */
  z.object({ kind: z.literal("malformed-json") }),
  /** Responds with the previous page once more, then continues normally. */
  z.object({ kind: z.literal("repeat-page") }),
  /**
   * Responds without rows, but with a nextLink to them. FetchXML has no nextLink and is not
   * affected.
   */
  z.object({ kind: z.literal("empty-page") }),
  /** Responds with anything. */
  z.object({
    kind: z.literal("answer"),
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(""),
  }),
  // These change the organisation just before the request is processed.
  z.object({ kind: z.literal("delete-view"), viewId: z.string() }),
  z.object({ kind: z.literal("unshare-view"), viewId: z.string() }),
  z.object({ kind: z.literal("delete-column"), table: z.string().default("account"), column: z.string() }),
  z.object({ kind: z.literal("delete-row"), table: z.string().default("account"), id: z.string() }),
  z.object({
    kind: z.literal("change-row"),
    table: z.string().default("account"),
    id: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  /** Revokes all refresh tokens of this user so far (of all users, if none is named). */
  z.object({ kind: z.literal("revoke-refresh-tokens"), userPrincipalName: z.string().optional() }),
  /** The AADSTS number with which the next token request fails. */
  z.object({
    kind: z.literal("refuse-token"),
    code: z.number().int().refine(isAadstsCode, "Not an AADSTS number the simulator knows."),
  }),
]);

export const faultRuleSchema = z.object({
  /** The HTTP method it applies to. Default: any. */
  method: z
    .string()
    .transform((text) => text.toUpperCase())
    .optional(),
  /** A regular expression on decoded path and query, e.g. `/accounts\?`. Default: any. */
  path: z.string().default(""),
  /** The number of matching requests that pass before it applies. */
  skip: z.number().int().nonnegative().default(0),
  /** The number of requests it applies to after that; 0 means all. */
  times: z.number().int().nonnegative().default(1),
  fault,
});

/** A rule as input: everything that has a default may be omitted. */
export type FaultRuleInput = z.input<typeof faultRuleSchema>;
export type FaultRule = z.output<typeof faultRuleSchema>;
export type Fault = FaultRule["fault"];
