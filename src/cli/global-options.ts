// The options of every command. The help needs them, so this file imports nothing.

export interface GlobalOptions {
  readonly json?: boolean;
  readonly connection: string;
  readonly home?: string;
}

export const DEFAULT_CONNECTION_FILE = "sluice.yaml";
