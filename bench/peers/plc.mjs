import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";

/**
 * A PLC directory in memory, shared by the peers of a run and measured with none of them: argv is the port.
 * The real server's routes and validation, without its limits.
 */
process.env.LOG_ENABLED = "false";
const { Database, PlcServer } = createRequire(import.meta.url)("@did-plc/server");

const server = createServer(PlcServer.create({ db: Database.mock() }).app);
server.listen(Number(process.argv[2]), "127.0.0.1");
await once(server, "listening");
process.stdout.write("ready\n");
