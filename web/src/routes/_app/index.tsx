import { createFileRoute, redirect } from "@tanstack/react-router";
import { lastShop } from "../../session/lastShop";
import { NoShopsPage } from "../../session/NoShopsPage";

/** The front door: the shop of the last visit, else the first one, else what one may do without any. */
export const Route = createFileRoute("/_app/")({
  beforeLoad: ({ context: { user } }) => {
    const remembered = lastShop();
    const shop = user.shops.find((s) => s.shopId === remembered) ?? user.shops[0];
    if (shop && !(user.admin && user.shops.length > 1 && remembered === null)) {
      throw redirect({ to: "/shops/$shopId", params: { shopId: shop.shopId } });
    }
    if (user.admin) throw redirect({ to: "/admin/shops" });
  },
  component: NoShopsPage,
});
