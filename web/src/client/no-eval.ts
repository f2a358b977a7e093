// Imported first: with its first schema Zod tests whether it may compile code, which our
// Content-Security-Policy refuses and the browser reports.
import { config } from "zod";

config({ jitless: true });
