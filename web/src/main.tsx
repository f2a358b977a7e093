// The browser application: accounts, the sync with Dynamics 365 and settings, on top of the server's routes. Pages by
// feature (a folder each), put together in app/; what they share lies in components/, format/, client/ and session/.
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
import { createPages } from "./app/router.tsx";
import { createQueries } from "./client/queries.ts";
import { theme, variables } from "./components/theme.ts";

const queries = createQueries();
const router = createPages(queries);
const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no #root to draw into.");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
