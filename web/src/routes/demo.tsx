import { createFileRoute, notFound } from "@tanstack/react-router";
import { demoQuery } from "../api/demo";
import { DemoPage } from "../demo/DemoPage";

export const Route = createFileRoute("/demo")({
  loader: async ({ context }) => {
    const demo = await context.queryClient.ensureQueryData(demoQuery);
    if (demo === null) throw notFound();
    return demo;
  },
  component: function DemoRoute() {
    return <DemoPage demo={Route.useLoaderData()} />;
  },
});
