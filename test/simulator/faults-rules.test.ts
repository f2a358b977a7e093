import { describe, expect, test } from "vitest";
import type { HttpResponse } from "../../simulator/http-middleware.ts";
import { bodyText, type FaultActions } from "../../simulator/faults/fault-effects.ts";
import { faultControl, Faults } from "../../simulator/faults/faults.ts";

const PAGE = "/api/data/v9.2/accounts?$select=name";

/** Faults over an organisation that only records the actions. */
function faultsWithRecorder() {
  const done: string[] = [];
  const note =
    (what: string) =>
    (...values: unknown[]): void => {
      done.push([what, ...values.map((value) => JSON.stringify(value))].join(" "));
    };
  const actions: FaultActions = {
    deleteView: note("deleteView"),
    unshareView: note("unshareView"),
    deleteColumn: note("deleteColumn"),
    deleteRow: note("deleteRow"),
    changeRow: note("changeRow"),
    revokeRefreshTokens: note("revokeRefreshTokens"),
    refuseToken: note("refuseToken"),
    expiredTokenResponse: () => ({ status: 401, headers: {}, body: "" }),
  };
  return { faults: new Faults(actions), done };
}

const page = (id: string): HttpResponse => ({
  status: 200,
  headers: {},
  body: JSON.stringify({
    "@odata.context": "http://127.0.0.1:1/api/data/v9.2/$metadata#accounts(name)",
    value: [{ accountid: id }],
    "@odata.nextLink": "http://127.0.0.1:1/next",
  }),
});

const textOf = (response: HttpResponse | undefined): string => (response ? bodyText(response) : "");

describe("fault rules", () => {
  test("a rule applies only to its method and pattern, after the skipped requests, so many times", () => {
    const { faults } = faultsWithRecorder();
    faults.add({
      method: "get",
      path: "accounts\\?\\$select",
      skip: 1,
      times: 2,
      fault: { kind: "bad-gateway" },
    });
    const statuses = [
      faults.nextEffect("POST", PAGE),
      faults.nextEffect("GET", "/api/data/v9.2/WhoAmI"),
      ...[1, 2, 3, 4].map(() => faults.nextEffect("GET", PAGE.replace("$", "%24"))),
    ].map((effect) => effect?.response?.status);
    expect(statuses).toEqual([undefined, undefined, undefined, 502, 502, undefined]);
    expect(faults.list()).toMatchObject([{ matched: 4, applied: 2 }]);
  });

  test.each([
    [{ kind: "throttle" }, 429, "1", "0x80072322"],
    [{ kind: "throttle", limit: "execution-time", retryAfter: 17 }, 429, "17", "0x80072321"],
    [{ kind: "throttle", limit: "concurrency", retryAfter: "absent" }, 429, undefined, "0x80072326"],
    [
      { kind: "throttle", retryAfter: "Wed, 21 Oct 2026 07:28:00 GMT" },
      429,
      "Wed, 21 Oct 2026 07:28:00 GMT",
      "0x80072322",
    ],
    [{ kind: "unavailable", retryAfter: 5 }, 503, "5", "503"],
  ] as const)("%j", (fault, status, retryAfter, text) => {
    const { faults } = faultsWithRecorder();
    faults.add({ fault });
    const response = faults.nextEffect("GET", PAGE)?.response;
    expect(response?.status).toBe(status);
    expect(response?.headers["retry-after"]).toBe(retryAfter);
    expect(response?.body).toContain(text);
  });

  test("a repeated page is the previous page, and the pages continue after it", () => {
    const { faults } = faultsWithRecorder();
    faults.add({ path: "accounts", skip: 1, fault: { kind: "repeat-page" } });
    const answers = ["1", "2", "2", "3"].map((id) => {
      const met = faults.nextEffect("GET", `${PAGE}&page=${id}`);
      return met?.response ?? met?.transform?.(page(id)) ?? page(id);
    });
    expect(answers.map((response) => response.body)).toEqual(["1", "1", "2", "3"].map((id) => page(id).body));
  });

  test("an empty page leads to itself, malformed JSON is none", () => {
    const { faults } = faultsWithRecorder();
    faults.add({ fault: { kind: "empty-page" } });
    faults.add({ fault: { kind: "malformed-json" } });
    const empty: unknown = JSON.parse(textOf(faults.nextEffect("GET", PAGE)?.transform?.(page("1"))));
    expect(empty).toMatchObject({ value: [], "@odata.nextLink": `http://127.0.0.1:1${PAGE}` });
    const broken = textOf(faults.nextEffect("GET", PAGE)?.transform?.(page("1")));
    expect(() => JSON.parse(broken)).toThrow(SyntaxError);
  });

  test("a held request continues when it is released", async () => {
    const { faults } = faultsWithRecorder();
    const id = faults.add({ fault: { kind: "hold" } });
    const waiting = faults.nextEffect("GET", PAGE)?.wait;
    const order: string[] = [];
    const answered = waiting?.then(() => order.push("answered"));
    order.push("before");
    faults.release(id);
    await answered;
    expect(order).toEqual(["before", "answered"]);
  });

  test("the organisation and the authority change in the middle of a read", () => {
    const { faults, done } = faultsWithRecorder();
    faults.add({ skip: 1, fault: { kind: "delete-view", viewId: "v" } });
    faults.add({ skip: 1, fault: { kind: "change-row", id: "r", values: { name: "New" } } });
    faults.add({ fault: { kind: "revoke-refresh-tokens" } });
    for (const _ of [1, 2, 3]) faults.nextEffect("GET", PAGE);
    expect(done).toEqual([
      "revokeRefreshTokens ",
      'deleteView "v"',
      'changeRow "account" "r" {"name":"New"}',
    ]);
  });

  test("the control endpoint adds, lists and removes, and says what is wrong with a rule", () => {
    const { faults } = faultsWithRecorder();
    const call = (method: string, path: string, body = "") => faultControl(faults, { method, path, body });
    expect(call("GET", "/api/data/v9.2/accounts")).toBeUndefined();
    const added = call("POST", "/_simulator/faults", '{"path":"WhoAmI","fault":{"kind":"expired-token"}}');
    expect(added?.status).toBe(201);
    expect(faults.nextEffect("GET", "/api/data/v9.2/WhoAmI")?.response?.status).toBe(401);
    const { id } = faults.list()[0] ?? { id: "" };
    expect(call("GET", "/_simulator/faults")?.body).toContain(id);
    call("DELETE", `/_simulator/faults/${id}`);
    expect(faults.list()).toEqual([]);
    expect(call("POST", "/_simulator/faults", '{"fault":{"kind":"flood"}}')?.status).toBe(400);
  });
});
