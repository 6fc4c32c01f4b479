import { readFileSync } from "node:fs";

/** The vectors of a file in fixtures/, as they are. */
export const vectorsOf = <T>(name: string): T[] => (JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")) as { vectors: T[] }).vectors;

/** Bytes of hex. */
export const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Hex of bytes. */
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
