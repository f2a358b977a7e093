// Cancel and Pause in the app, for a run of the command line; each is a process of its own.
import { expect, it } from "vitest";
import { closeGate, closeGateAtFirstChunk } from "../harness/stages.ts";
import { startMultiProcessSite, type MultiProcessSite } from "../harness/multi-process-site.ts";

const WHERE = "in the app, under Contacts, Dynamics 365";

async function site(accounts: number) {
  const here = await startMultiProcessSite({ accounts });
  const { admin } = await here.startPages();
  /** Starts a command, and holds its run before a stage, or in the first chunk that it writes. */
  async function startHeld(line: string, stage: "read" | "apply" | "first chunk") {
    const gate = stage === "first chunk" ? await closeGateAtFirstChunk(here) : await closeGate(stage, here);
    const { ended } = here.sluice.start(line.split(" "));
    await gate.reached();
    return { gate, ended };
  }
  return { ...here, admin, startHeld };
}

async function runs({ database }: MultiProcessSite): Promise<string[]> {
  const { rows } = await database.pool.query<{ told: string }>(
    "select mode || ' ' || status as told from runs order by id",
  );
  return rows.map(({ told }) => told);
}

const lastLine = (text: string) => text.trimEnd().split("\n").at(-1);

it("a sync that is cancelled while it reads stops, and says who cancelled it", async () => {
  const here = await site(20);
  const { gate, ended } = await here.startHeld("sync", "read");

  await here.admin.post("/runs/1/cancel");

  const { code, stderr } = await ended;
  await gate.open();
  expect([code, lastLine(stderr)]).toEqual([
    130,
    "Cancelled by Carol. Run 1 has stopped; nothing was written. Start it again when it is wanted.",
  ]);
  expect(await runs(here)).toEqual(["sync interrupted"]);
});

it("a sync that is paused while it writes ends its chunk, and none starts until it is resumed", async () => {
  const here = await site(11_000);
  const { gate, ended } = await here.startHeld("sync", "first chunk");

  await here.admin.post("/connection/pause");
  await gate.open();

  const { code, stderr } = await ended;
  const whole = (await here.database.pool.query("select from account_changes")).rows.length;
  expect([code, lastLine(stderr)]).toEqual([
    130,
    `The sync was paused. Run 1 has stopped with 10,000 changes written and ${whole - 10_000} left. ` +
      `Resume it ${WHERE}; a worker, or "sluice sync", then continues from there.`,
  ]);
  expect(await here.sluice.run(["sync"])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining(`The sync is paused. Resume it ${WHERE}; then start this again.`),
  });
  expect(await runs(here)).toEqual(["sync applying"]);
  await here.admin.post("/connection/resume");
  expect(await here.sluice.run(["sync"])).toMatchObject({ code: 0 });
  expect(await runs(here)).toEqual(["sync done", "sync done"]);
});

it("a plan is made while the sync is paused, and applied when it is resumed", async () => {
  const here = await site(3);
  await here.admin.post("/connection/pause");

  expect(await here.sluice.run(["plan"])).toMatchObject({ code: 0 });
  expect(await here.sluice.run(["apply", "1"])).toMatchObject({ code: 4 });
  await here.admin.post("/connection/resume");
  expect(await here.sluice.run(["apply", "1"])).toMatchObject({ code: 0 });
});

it("a cancelled apply says what remains, also as JSON", async () => {
  const here = await site(3);
  expect(await here.sluice.run(["plan"])).toMatchObject({ code: 0 });
  const { gate, ended } = await here.startHeld("apply 1 --json", "apply");

  await here.admin.post("/runs/1/cancel");
  await gate.open();

  const { code, stdout } = await ended;
  expect([code, JSON.parse(stdout).error]).toEqual([
    130,
    {
      kind: "cancelled",
      message:
        'Cancelled by Carol. Run 1 has stopped with 0 changes written and 3 left. The next run, or "sluice sync", continues from there.',
      exitCode: 130,
    },
  ]);
});

it("a pause does not affect the command line if nothing is connected in the app", async () => {
  const here = await startMultiProcessSite({ accounts: 3 });
  await here.database.pool.query("update connection set paused = true");

  expect(await here.sluice.run(["sync"])).toMatchObject({ code: 0 });
});
