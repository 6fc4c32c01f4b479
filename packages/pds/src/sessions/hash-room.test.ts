import { expect, it } from "vitest";
import { MAX_NEW_HASHES, MAX_WAITING_HASHES } from "../limits.ts";
import { hashInTurn } from "./hash-room.ts";

it("new passwords are hashed so many at a time; others wait, and of too many the last are told to come again", async () => {
  let [atWork, most] = [0, 0];
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const hash = async () => {
    most = Math.max(most, ++atWork);
    await opened;
    atWork--;
    return "hash";
  };
  const room = MAX_NEW_HASHES + MAX_WAITING_HASHES;
  const asked = Array.from({ length: room }, () => hashInTurn(hash));
  expect(await hashInTurn(hash)).toMatchObject({ ok: false, error: { status: 503, name: "NotEnoughResources" } });
  open();
  expect(await Promise.all(asked)).toEqual(Array.from({ length: room }, () => ({ ok: true, value: "hash" })));
  expect(most).toBe(MAX_NEW_HASHES);
});

it("a hash that cannot be computed gives its place back", async () => {
  for (let i = 0; i <= MAX_NEW_HASHES; i++) await expect(hashInTurn(() => Promise.reject(new Error("no memory")))).rejects.toThrow("no memory");
  expect(await hashInTurn(() => Promise.resolve("hash"))).toEqual({ ok: true, value: "hash" });
});
