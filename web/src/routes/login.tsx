import { createFileRoute, redirect } from "@tanstack/react-router";
import { restore } from "../api/session";
import { ownAddress } from "../session/ownAddress";
import { SignInPage } from "../session/SignInPage";

export const Route = createFileRoute("/login")({
  validateSearch: (search): { next?: string } => {
    const next = ownAddress(search.next);
    return next ? { next } : {};
  },
  beforeLoad: async ({ search }) => {
    const session = await restore().catch(() => null); // no network: the form says so when it is sent
    if (session?.state === "signedIn") throw redirect({ to: search.next ?? "/" });
  },
  component: SignInPage,
});
