// All routes. The server serves these and no others.
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
