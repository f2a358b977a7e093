// Starts the simulated organisation that is read, in a process of its own. It serves every page
// that was requested before from memory, gzipped, so the first read, which is not measured, renders
// what the others read.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import { z } from "zod";
import type { Source } from "./workload.ts";

export interface RunningSource extends Source {
  /**
   * Changes this percentage of the accounts and renders all queries again.
   * @returns ids of the changed accounts
   */
  change(percent: number, seed: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const ChangeResponse = z.object({ ids: z.array(z.string()) });

/** The part that is needed of the line it prints when it is ready. */
const SourceLine = z.object({ origin: z.string(), clientId: z.string(), clientSecret: z.string() });
const PROGRAM = fileURLToPath(new URL("../simulator/prerendered/main.ts", import.meta.url));
/** Three in a hundred generated accounts are inactive, and a sync does not read those. */
const ACTIVE_SHARE = 0.97;

/**
 * @param accounts number of active ones, roughly: the generator's seed decides which are inactive
 */
export async function startSource(accounts: number): Promise<RunningSource> {
  const generated = String(Math.ceil(accounts / ACTIVE_SHARE));
  const child = spawn(
    process.execPath,
    ["--import", "tsx", PROGRAM, "--accounts", generated, "--columns", ""],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const onExit = (): void => void child.kill("SIGKILL");
  process.once("exit", onExit);
  try {
    const output = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(output, "line"), once(child, "exit").then(() => [undefined])]);
    if (line === undefined) throw new Error("The simulated organisation did not start.");
    const settings = SourceLine.parse(JSON.parse(String(line)));
    return {
      ...settings,
      change: async (percent, seed) => {
        // Rendering half a million accounts again takes longer than fetch() waits for the headers.
        const response = await request(`${settings.origin}/_simulator/change`, {
          method: "POST",
          body: JSON.stringify({ percent, seed }),
          headersTimeout: 0,
        });
        return ChangeResponse.parse(await response.body.json()).ids;
      },
      close: async () => {
        process.off("exit", onExit);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
