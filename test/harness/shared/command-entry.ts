// What bin/sluice.js does once it can read TypeScript: signals are heard before the rest of the program is read.
await import("../../../src/cli/interruption.ts");
await import("../../../src/cli/main.ts");
