import { createFileRoute } from "@tanstack/react-router";
import { ShopHomePage } from "../../../../home/ShopHomePage";

export const Route = createFileRoute("/_app/shops/$shopId/")({
  component: function HomeRoute() {
    const { shopId } = Route.useParams();
    return <ShopHomePage key={shopId} shopId={shopId} />;
  },
});
