// Writes src/routeTree.gen.ts, which is not committed, so that the type checker
// and the tests have it without a build.
import { Generator, getConfig } from "@tanstack/router-generator";
import { routes } from "./routes.config.mjs";

const root = process.cwd();
await new Generator({ config: getConfig(routes, root), root }).run();
