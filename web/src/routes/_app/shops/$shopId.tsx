import { createFileRoute, Outlet } from "@tanstack/react-router";
import { shopQuery } from "../../../api/shops";
import { rememberShop } from "../../../session/lastShop";

/** One shop. A shop that is not ours answers 404, like one that does not exist. */
export const Route = createFileRoute("/_app/shops/$shopId")({
  loader: async ({ context, params }) => {
    await context.queryClient.ensureQueryData(shopQuery(params.shopId));
    rememberShop(params.shopId);
  },
  component: Outlet,
});
