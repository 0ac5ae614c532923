import { createFileRoute } from "@tanstack/react-router";
import { flowQuery } from "../../../../../api/flow";
import { FlowPage } from "../../../../../flow/FlowPage";

export const Route = createFileRoute("/_app/shops/$shopId/flow/")({
  loader: ({ context, params }) => context.queryClient.ensureQueryData(flowQuery(params.shopId)),
  component: function FlowRoute() {
    const { shopId } = Route.useParams();
    return <FlowPage key={shopId} shopId={shopId} />;
  },
});
