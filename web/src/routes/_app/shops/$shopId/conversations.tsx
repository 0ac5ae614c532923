import { createFileRoute } from "@tanstack/react-router";
import { InboxPage } from "../../../../inbox/InboxPage";

export const Route = createFileRoute("/_app/shops/$shopId/conversations")({
  component: function InboxRoute() {
    const { shopId } = Route.useParams();
    return <InboxPage key={shopId} shopId={shopId} />;
  },
});
