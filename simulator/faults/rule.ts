// What can go wrong, as data: one rule says which requests it meets, how often, and what happens to them.
// The same shape is taken by the JS API and, as JSON, by the control endpoint.
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
  /** HTML where JSON is expected, as gateways send it. */
  z.object({ kind: z.literal("bad-gateway") }),
  z.object({ kind: z.literal("cut"), when: z.enum(["before-headers", "in-body"]) }),
  z.object({ kind: z.literal("slow"), milliseconds: z.number().int().positive() }),
  /** Waits until `release()` (or DELETE of the rule): a slow page without a clock. */
  z.object({ kind: z.literal("hold") }),
  /** 401 although the token is good, as when it ran out a moment ago. */
  z.object({ kind: z.literal("expired-token") }),
  /** 200 with a body that stops in the middle but claims to be whole. */
  z.object({ kind: z.literal("malformed-json") }),
  /** The page before once more, then on as if nothing had happened. */
  z.object({ kind: z.literal("repeat-page") }),
  /** No rows, but a nextLink that leads to the rows; FetchXML has no nextLink and is left alone. */
  z.object({ kind: z.literal("empty-page") }),
  /** Any answer. */
  z.object({
    kind: z.literal("answer"),
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(""),
  }),
  // The organisation changes just before the request is answered.
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
  /** Every refresh token given out so far to this user (all users, if none is named). */
  z.object({ kind: z.literal("revoke-refresh-tokens"), userPrincipalName: z.string().optional() }),
  /** AADSTS number for the next token request. */
  z.object({
    kind: z.literal("refuse-token"),
    code: z.number().int().refine(isAadstsCode, "Not an AADSTS number the simulator knows."),
  }),
]);

export const faultRuleSchema = z.object({
  /** Only this HTTP method; default any. */
  method: z
    .string()
    .transform((text) => text.toUpperCase())
    .optional(),
  /** Regular expression on decoded path and query, e.g. `/accounts\?`; default any. */
  path: z.string().default(""),
  /** Lets the first so many matching requests pass. */
  skip: z.number().int().nonnegative().default(0),
  /** Meets so many after that; 0 = all. */
  times: z.number().int().nonnegative().default(1),
  fault,
});

/** A rule as it is written; everything with a default may be left out. */
export type FaultRuleInput = z.input<typeof faultRuleSchema>;
export type FaultRule = z.output<typeof faultRuleSchema>;
export type Fault = FaultRule["fault"];
