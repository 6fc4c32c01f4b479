import type { Scene } from "../scene.ts";
import { archives } from "./archives.ts";
import { batches } from "./batches.ts";
import { blobs } from "./blobs.ts";
import { bodies } from "./bodies.ts";
import { credentials } from "./credentials.ts";
import { dataModel } from "./data-model.ts";
import { host } from "./host.ts";
import { identity } from "./identity.ts";
import { keys } from "./keys.ts";
import { lexiconRecords } from "./lexicon-records.ts";
import { listing } from "./listing.ts";
import { operator } from "./operator.ts";
import { packed } from "./packed.ts";
import { records } from "./records.ts";
import { services } from "./services.ts";
import { sessions } from "./sessions.ts";
import { standing } from "./standing.ts";
import { sync } from "./sync.ts";

/** Everything that is asked of both. */
export const scenes: Scene[] = [host, records, lexiconRecords, dataModel, bodies, listing, batches, sync, sessions, credentials, identity, keys, standing, services, blobs, archives, packed, operator];
