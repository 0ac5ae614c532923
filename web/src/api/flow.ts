import { queryOptions } from "@tanstack/react-query";
import type { FlowDocument } from "../flow/document";
import { api, unwrap } from "./client";
import { isCode } from "./problem";
import type { Review } from "./types";

export interface PublishedFlow {
  flowId: string;
  version: number;
  publishedAt: string;
  definition: FlowDocument;
  exits: FlowExits;
}

/** Where each node can lead, by its id; `default` marks what the definition leaves out. */
export type FlowExits = Record<string, { name: string; to: string; default?: boolean }[] | null>;

/** The shop's published flow, or null when it has none. */
export const flowQuery = (shopId: string) =>
  queryOptions({
    queryKey: ["flow", shopId],
    queryFn: async ({ signal }): Promise<PublishedFlow | null> => {
      try {
        const flow = await unwrap(
          api.GET("/api/shops/{shopId}/flow", { params: { path: { shopId } }, signal }),
        );
        return { ...flow, definition: flow.definition as unknown as FlowDocument, exits: flow.exits ?? {} };
      } catch (error) {
        if (isCode(error, "no_flow")) return null;
        throw error;
      }
    },
  });

/** What publishing `definition` would do: what is wrong with it, what changes, whom it meets half-way. */
export const reviewFlow = (shopId: string, definition: object): Promise<Review> =>
  unwrap(
    api.POST("/api/shops/{shopId}/flow/review", {
      params: { path: { shopId } },
      body: { definition: definition as Record<string, unknown> },
    }),
  );

/**
 * Publishes `definition` in place of version `ifVersion` (0: of none), so that
 * a version published meanwhile is not overwritten.
 */
export const publishFlow = (shopId: string, definition: object, ifVersion: number) =>
  unwrap(
    api.PUT("/api/shops/{shopId}/flow", {
      params: { path: { shopId } },
      body: { definition: definition as Record<string, unknown>, ifVersion },
    }),
  );
