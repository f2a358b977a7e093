// The processes of a benchmark: each measurement in a new one, and the source in another. All are children of this one and are
// stopped by their number, also when something fails or Ctrl-C is pressed.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Answer, Task } from "./measure.ts";
import type { Measured } from "./measurement.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
/** A measurement that takes longer has come to a standstill. */
const LONGEST_MS = 60 * 60_000;

export interface Processes {
  measure(task: Task): Promise<Measured>;
  stopAll(): Promise<void>;
}

/** @param profile a directory for CPU profiles, one a measurement */
export function openProcesses(profile: string | undefined): Processes {
  const running = new Set<ChildProcess>();
  const onSignal = (): void => {
    for (const child of running) child.kill("SIGKILL");
    process.exitCode = 130;
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);

  async function measure(task: Task): Promise<Measured> {
    const flags =
      profile === undefined
        ? []
        : [
            "--cpu-prof",
            `--cpu-prof-dir=${profile}`,
            `--cpu-prof-name=${task.kind}-${Date.now()}.cpuprofile`,
          ];
    const child = fork(MAIN, ["measure"], {
      execArgv: ["--import", "tsx", ...flags],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    running.add(child);
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    try {
      let answer: Answer | undefined;
      child.on("message", (message: Answer) => (answer = message));
      const ended = once(child, "exit");
      child.send(task);
      const [code, signal] = await ended;
      if (answer === undefined)
        throw new Error(
          `The process that measured "${task.kind}" ended (${String(signal ?? code)}) without an answer.`,
        );
      if ("failed" in answer) throw new Error(`"${task.kind}" could not be measured: ${answer.failed}`);
      return answer.measured;
    } finally {
      clearTimeout(timer);
      running.delete(child);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    }
  }

  return {
    measure,
    stopAll: async () => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      for (const child of running) {
        child.kill("SIGKILL");
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
    },
  };
}
