// Imported first: Zod else tries, as the first schema is made, whether it may compile them, which our
// Content-Security-Policy refuses and the browser reports.
import { config } from "zod";

config({ jitless: true });
