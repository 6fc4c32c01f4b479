import { base64Encode } from "./base64.ts";
import { CborReader } from "./cbor-reader.ts";
import { cidToString } from "./cid.ts";
import { MAX_DEPTH } from "./lex-value.ts";

/**
 * A DAG-CBOR block as JSON text: `JSON.stringify(lexToJson(decode(bytes)))` in one pass and without the objects between.
 * For blocks of our own store, which were checked when they were written. Throws CborError on what is not DAG-CBOR.
 */
export function cborToJsonText(bytes: Uint8Array): string {
  const reader = new CborReader(bytes);
  const text = transcribe(reader, 0);
  reader.end();
  return text;
}

function transcribe(reader: CborReader, depth: number): string {
  const first = reader.source[reader.offset];
  switch (first === undefined ? undefined : first >> 5) {
    case 2:
      return `{"$bytes":"${base64Encode(reader.bytes())}"}`;
    case 3:
      return JSON.stringify(reader.text());
    case 4: {
      if (depth >= MAX_DEPTH) throw reader.error(`nested deeper than ${MAX_DEPTH}`);
      const count = reader.array();
      let text = "[";
      for (let i = 0; i < count; i++) text += i === 0 ? transcribe(reader, depth + 1) : `,${transcribe(reader, depth + 1)}`;
      return `${text}]`;
    }
    case 5: {
      if (depth >= MAX_DEPTH) throw reader.error(`nested deeper than ${MAX_DEPTH}`);
      const count = reader.map();
      let text = "{";
      for (let i = 0; i < count; i++) {
        if (i > 0) text += ",";
        text += `${JSON.stringify(reader.text())}:${transcribe(reader, depth + 1)}`;
      }
      return `${text}}`;
    }
    case 6:
      return `{"$link":"${cidToString(reader.cid())}"}`;
    default:
      return JSON.stringify(reader.value(depth));
  }
}
