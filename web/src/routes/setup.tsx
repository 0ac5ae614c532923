import { createFileRoute } from "@tanstack/react-router";
import { SetupPage } from "../session/SetupPage";

/** The console's link: /setup?token=… or, kept out of every log, /setup#token=… */
export const Route = createFileRoute("/setup")({
  validateSearch: (search): { token?: string } =>
    typeof search.token === "string" && search.token !== "" ? { token: search.token } : {},
  component: SetupRoute,
});

function SetupRoute() {
  const { token } = Route.useSearch();
  const { hash } = window.location;
  return <SetupPage token={token ?? new URLSearchParams(hash.slice(1)).get("token") ?? ""} />;
}
