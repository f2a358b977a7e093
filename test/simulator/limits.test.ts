import { describe, expect, test } from "vitest";
import { ServiceLimits, type Admission, type LimitSettings } from "../../simulator/faults/limits.ts";

const USER = "ada";

function limitsWith(settings: Partial<LimitSettings>) {
  const clock = { now: 1_000_000 };
  const limits = new ServiceLimits(() => clock.now, settings);
  const admitted = (user = USER): Admission => {
    const admission = limits.admit(user);
    if (!admission.admitted) throw new Error(admission.message);
    return admission;
  };
  return { clock, limits, admitted };
}

describe("service protection limits", () => {
  test("requests over the window are refused until the oldest leaves it", () => {
    const { clock, limits, admitted } = limitsWith({ requests: 3 });
    for (let made = 0; made < 3; made += 1) {
      admitted().done(10);
      clock.now += 10_000;
    }
    expect(limits.admit(USER)).toMatchObject({
      admitted: false,
      code: "0x80072322",
      message: "Number of requests exceeded the limit of 3 over time window of 300 seconds.",
      retryAfterSeconds: 270,
    });
    expect(limits.admit("grace").admitted).toBe(true);
    clock.now += 270_000;
    expect(limits.admit(USER).admitted).toBe(true);
  });

  test("pushing on while refused makes the wait longer", () => {
    const { clock, limits, admitted } = limitsWith({ requests: 1 });
    admitted().done(10);
    const waits = [1, 2, 3].map(() => {
      const admission = limits.admit(USER);
      return admission.admitted ? 0 : admission.retryAfterSeconds;
    });
    expect(waits).toEqual([300, 301, 302]);
    clock.now += 300_000;
    expect(limits.admit(USER).admitted).toBe(false);
  });

  test("execution time counts together, with its own code", () => {
    const { clock, limits, admitted } = limitsWith({ executionMilliseconds: 2000 });
    admitted().done(1500);
    clock.now += 60_000;
    admitted().done(700);
    expect(limits.admit(USER)).toMatchObject({
      code: "0x80072321",
      message: expect.stringContaining(
        "exceeded limit of 2,000 milliseconds over time window of 300 seconds",
      ),
      retryAfterSeconds: 240,
    });
  });

  test("requests under way at once are refused without saying when", () => {
    const { limits, admitted } = limitsWith({ concurrent: 2 });
    const [first] = [admitted(), admitted()];
    expect(limits.admit(USER)).toMatchObject({ code: "0x80072326", retryAfterSeconds: undefined });
    first.done(5);
    expect(limits.admit(USER).admitted).toBe(true);
  });

  test("the headers count down, with a thousands separator", () => {
    const { limits, admitted } = limitsWith({});
    expect(limits.headers(USER)).toEqual({
      "x-ms-ratelimit-burst-remaining-xrm-requests": "6000",
      "x-ms-ratelimit-time-remaining-xrm-requests": "1,200.00",
    });
    admitted().done(250_000);
    expect(limits.headers(USER)).toEqual({
      "x-ms-ratelimit-burst-remaining-xrm-requests": "5999",
      "x-ms-ratelimit-time-remaining-xrm-requests": "950.00",
    });
  });
});
