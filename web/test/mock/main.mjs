import { Mock } from "./server.mjs";

const address = await new Mock().listen(Number(process.env.PORT ?? 8080));
console.log(`mock server on ${address}`);
console.log("sign in as lupita@example.com, ver@example.com or admin@example.com, password correcto-caballo");
