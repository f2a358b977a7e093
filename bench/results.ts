// Describes the result of a benchmark: the machine, every measurement, and the figures.
import type { Figures, Round } from "./figures.ts";
import type { Measurement } from "./measurement.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly postgresql: string;
}

export interface Results {
  readonly accounts: number;
  readonly machine: Machine;
  readonly rounds: readonly Round[];
  readonly figures: Figures;
  readonly peer: (Measurement & { readonly perAccountMs: number }) | undefined;
  /** Bytes of peak memory that each account beyond 500,000 takes. */
  readonly memorySlope: { readonly firstSync: number; readonly unchanged: number } | undefined;
}
