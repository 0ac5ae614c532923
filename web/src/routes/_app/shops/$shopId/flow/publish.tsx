import { createFileRoute } from "@tanstack/react-router";
import { flowQuery } from "../../../../../api/flow";
import { PublishPage } from "../../../../../flow/PublishPage";

export const Route = createFileRoute("/_app/shops/$shopId/flow/publish")({
  loader: ({ context, params }) => context.queryClient.ensureQueryData(flowQuery(params.shopId)),
  component: function PublishRoute() {
    const { shopId } = Route.useParams();
    return <PublishPage key={shopId} shopId={shopId} />;
  },
});
