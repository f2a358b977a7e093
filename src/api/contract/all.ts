// Every route there is. What is not in here is not served, and what is in here must be.
import { accountRoutes } from "./accounts.ts";
import { connectionRoutes } from "./connection.ts";
import { notificationRoutes } from "./notifications.ts";
import { runRoutes } from "./runs.ts";
import { sessionRoutes } from "./session.ts";

export const contract = {
  ...sessionRoutes,
  ...accountRoutes,
  ...connectionRoutes,
  ...notificationRoutes,
  ...runRoutes,
};
