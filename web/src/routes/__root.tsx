import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";
import { StandaloneError, StandaloneNotFound } from "../layout/Standalone";

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: StandaloneNotFound,
  errorComponent: StandaloneError,
});
