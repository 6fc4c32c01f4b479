import type { Pack } from "../shared-event.ts";
export const packer = (): Pack => () => new Uint8Array();
