import { describe, expect, it } from "vitest";
import { KeyUnavailableError, unwrapKey, wrapKey } from "./wrap.ts";

const master = new Uint8Array(32).fill(1);
const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const plain = new Uint8Array([1, 2, 3]);

describe("wrapped keys", () => {
  it("open with the same master key and DID", () => {
    const wrapped = wrapKey(master, did, plain);
    expect(unwrapKey(master, did, wrapped)).toEqual(plain);
    expect(wrapKey(master, did, plain)).not.toEqual(wrapped);
  });

  it("open with nothing else", () => {
    const wrapped = wrapKey(master, did, plain);
    const flipped = wrapped.slice();
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    expect(() => unwrapKey(new Uint8Array(32), did, wrapped)).toThrow(KeyUnavailableError);
    expect(() => unwrapKey(master, `${did}b`, wrapped)).toThrow(KeyUnavailableError);
    expect(() => unwrapKey(master, did, flipped)).toThrow(KeyUnavailableError);
    expect(() => unwrapKey(master, did, wrapped.slice(0, 20))).toThrow(KeyUnavailableError);
    expect(() => unwrapKey(master, did, new Uint8Array())).toThrow(KeyUnavailableError);
    expect(() => wrapKey(new Uint8Array(16), did, plain)).toThrow(RangeError);
  });
});
