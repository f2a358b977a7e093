// The secrets of the connection to Dynamics 365, which are sealed before they are stored.
import type { Purpose } from "../../lib/sealer.ts";

const fix = "connect Dynamics 365 again";

export const REFRESH_TOKEN: Purpose = { name: "dynamics refresh token", fix };
export const CLIENT_SECRET: Purpose = { name: "dynamics client secret", fix };
export const SIGN_IN_VERIFIER: Purpose = { name: "dynamics sign-in verifier", fix };
