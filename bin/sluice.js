#!/usr/bin/env node
// The command `sluice`: runs the TypeScript sources as they are, so there is no build to forget.
import { register } from "tsx/esm/api";

register();
await import("../src/cli/interruption.ts");
await import("../src/cli/main.ts");
