// The browser application: accounts, the sync with Dynamics 365, and settings. A feature is a
// folder, app/ puts them together, and they share components/, format/, client/ and session/.
import "./client/no-eval.ts";
import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./components/tokens.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createAppRouter } from "./app/router.tsx";
import { createQueryClient } from "./client/queries.ts";
import { theme, cssVariables } from "./components/theme.ts";

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);
const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no #root to draw into.");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
