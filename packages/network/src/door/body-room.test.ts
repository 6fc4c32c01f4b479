import { expect, it } from "vitest";
import { type Answer, type Login, provision, xrpc } from "../../test/client.ts";
import { ROOM_BYTES } from "./limits.ts";

const LARGE = 900_000;

it("large bodies of which more come at once than an isolate has room for wait for their turn", async () => {
  const people: Login[] = [await provision(), await provision(), await provision()];
  const write = (i: number): Promise<Answer<unknown>> => {
    const { did, access } = people[i % people.length] as Login;
    const body = JSON.stringify({ repo: did, collection: "com.example.note", record: { $type: "com.example.note", text: `${i}`.padEnd(LARGE, "x") } });
    // Whoever does not say how many bytes come is counted with as many as may.
    return xrpc("com.atproto.repo.createRecord", i % 2 === 0 ? { auth: access, body, headers: { "content-type": "application/json" } } : { auth: access, body: new Blob([body]).stream(), headers: { "content-type": "application/json" } });
  };
  const count = 2 * Math.ceil(ROOM_BYTES / LARGE);
  const answers = await Promise.all(Array.from({ length: count }, (_, i) => write(i)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => 200));
});
