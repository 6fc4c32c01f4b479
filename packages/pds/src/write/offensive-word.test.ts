import { describe, expect, it } from "vitest";
import { hasOffensiveWord } from "./offensive-word.ts";

/** Base64, as the words are. */
const words = ["Y2hpbmtz", "YzAwbg==", "ZmFnZzB0cw==", "azFrZQ==", "bmlnZ2E=", "eG5pZ2czcng=", "dHI0bm55"].map((word) => atob(word));

describe("offensive words", () => {
  it("are found in any spelling of theirs", () => {
    for (const word of words) for (const name of [word, word.toUpperCase(), `${word}.test`, word.split("").join("-")]) expect({ word: btoa(word), found: hasOffensiveWord(name) }).toEqual({ word: btoa(word), found: true });
  });

  it("are not found in others", () => {
    for (const name of ["alice.test", "raccoon", "cocoon.test", "snigger-not".replace("gg", "g"), "nigel", "chinkapin", "transit", "kikeriki", "3m6dphdnz5s2k", "self"]) expect({ name, found: hasOffensiveWord(name) }).toEqual({ name, found: false });
  });
});
