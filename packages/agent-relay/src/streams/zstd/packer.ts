import type { Pack } from "../shared-event.ts";
import { compress } from "./compress.ts";
import { readDictionary, type Dictionary } from "./dictionary.ts";
import { JETSTREAM_DICTIONARY } from "./jetstream-dictionary.ts";

const utf8 = new TextEncoder();
let dictionary: Dictionary | undefined;

/** A text as Jetstream's compressed readers get it: one zstd frame with the dictionary of v1, which is made ready when the first of them comes. */
export const packJetstream: Pack = (text) => {
  dictionary ??= readDictionary(Uint8Array.from(atob(JETSTREAM_DICTIONARY), (character) => character.charCodeAt(0)));
  return compress(utf8.encode(text), dictionary);
};
