import { bundled, serve } from "../lib/serve.mjs";

/** Runs worker.ts. argv: port, state folder. */
const [port, folder] = process.argv.slice(2);
await serve({ port: Number(port), folder, worker: { name: "sealing", ...(await bundled(import.meta.dirname, folder)) } });
