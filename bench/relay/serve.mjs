import { bundled, serve } from "../lib/serve.mjs";

/** Runs worker.ts. argv: port, state folder. */
const [port, folder] = process.argv.slice(2);
const durableObjects = Object.fromEntries(["Relay", "Bare", "Floor"].map((className) => [className.toUpperCase(), { className, useSQLite: true }]));
await serve({ port: Number(port), folder, worker: { name: "relay", ...(await bundled(import.meta.dirname, folder)), durableObjects } });
