import { createFileRoute } from "@tanstack/react-router";
import { Thread } from "../../../../../inbox/Thread";

export const Route = createFileRoute("/_app/shops/$shopId/conversations/$conversationId")({
  component: function ThreadRoute() {
    const { shopId, conversationId } = Route.useParams();
    return <Thread key={conversationId} shopId={shopId} conversationId={conversationId} />;
  },
});
