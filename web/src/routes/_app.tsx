import { createFileRoute, redirect, useParams } from "@tanstack/react-router";
import { restore } from "../api/session";
import { Shell } from "../layout/Shell";
import { StandaloneError, StandaloneSkeleton } from "../layout/Standalone";

/** Everything behind the sign-in. */
export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ location }) => {
    const session = await restore();
    if (session.state !== "signedIn") {
      throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { next: location.href } });
    }
    return { user: session.user };
  },
  errorComponent: StandaloneError,
  pendingComponent: StandaloneSkeleton,
  component: function AppLayout() {
    const { shopId, conversationId } = useParams({ strict: false });
    return <Shell shopId={shopId ?? null} deep={conversationId !== undefined} />;
  },
});
