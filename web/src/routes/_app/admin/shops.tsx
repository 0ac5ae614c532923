import { createFileRoute, notFound } from "@tanstack/react-router";
import { ShopsPage } from "../../../admin/ShopsPage";

export const Route = createFileRoute("/_app/admin/shops")({
  beforeLoad: ({ context: { user } }) => {
    if (!user.admin) throw notFound();
  },
  component: ShopsPage,
});
