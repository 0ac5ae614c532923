import type { Config } from "@tanstack/router-plugin";
export const routes: Partial<Config>;
