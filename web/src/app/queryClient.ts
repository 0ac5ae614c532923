import { QueryClient } from "@tanstack/react-query";
import { isFinal } from "../api/problem";

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) => failures < 2 && !isFinal(error),
      },
      mutations: { retry: false },
    },
  });
}
