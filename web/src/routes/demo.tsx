import { createFileRoute, notFound } from "@tanstack/react-router";
import { demoQuery } from "../api/demo";
import { DemoPage } from "../demo/DemoPage";
import { StandaloneError, StandaloneNotFound, StandaloneSkeleton } from "../layout/Standalone";

export const Route = createFileRoute("/demo")({
  loader: async ({ context }) => {
    const demo = await context.queryClient.ensureQueryData(demoQuery);
    if (demo === null) throw notFound();
    return demo;
  },
  errorComponent: StandaloneError,
  pendingComponent: StandaloneSkeleton,
  notFoundComponent: StandaloneNotFound,
  component: function DemoRoute() {
    return <DemoPage demo={Route.useLoaderData()} />;
  },
});
