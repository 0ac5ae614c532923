/** Where the file-based routes live; shared by Vite and `npm run routes`. */
export const routes = /** @type {const} */ ({
  target: "react",
  autoCodeSplitting: true,
  routesDirectory: "./src/routes",
  generatedRouteTree: "./src/routeTree.gen.ts",
  quoteStyle: "double",
  semicolons: true,
  disableLogging: true,
});
