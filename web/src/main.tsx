import "@mantine/core/styles.css";
import "./app/tokens.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/problem";
import { currentSession, followOtherTabs, subscribeSession } from "./api/session";
import { App } from "./app/App";
import { newQueryClient } from "./app/queryClient";
import { newRouter } from "./app/router";
import { startI18n } from "./i18n";

const queryClient = newQueryClient();
const router = newRouter(queryClient);

followOtherTabs();
let known = currentSession().state;
subscribeSession(() => {
  const { state } = currentSession();
  if (state === known) return; // a renewed token changes no page
  known = state;
  // What one person saw must not greet the next one on a shared computer.
  if (state === "anonymous") queryClient.clear();
  void router.invalidate();
});

void startI18n().then(() => {
  const root = document.getElementById("root");
  if (root === null) throw new Error("index.html has no #root");
  createRoot(root, {
    // A refused call that a page shows as such is no fault of the program.
    onCaughtError: (error) => {
      if (!(error instanceof ApiError)) console.error(error);
    },
  }).render(
    <StrictMode>
      <App queryClient={queryClient} router={router} />
    </StrictMode>,
  );
});
