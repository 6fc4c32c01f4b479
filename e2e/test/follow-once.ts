import { followFirehose, followJetstream } from "@rookery/sdk";

/** What a page or Worker needs to know to follow. */
export interface FollowOnce {
  url: string;
  plcUrl: string;
  did: string;
}

/** Follow one account from the beginning by both streams, with the platform's own WebSocket and fetch, until a record of it was told of. */
export const followOnce = async ({ url, plcUrl, did }: FollowOnce): Promise<string[]> => {
  const options = { url, plcUrl, dids: [did], collections: ["org.example.note"], cursor: 0 };
  const told: string[] = [];
  for await (const event of followFirehose(options)) {
    if (event.kind !== "commit") continue;
    told.push(...event.ops.map((op) => `${op.action} ${op.rkey}: ${JSON.stringify(op.value?.["text"])}`));
    break;
  }
  for await (const event of followJetstream(options)) {
    if (event.kind !== "record") continue;
    told.push(`${event.action} ${event.rkey}: ${JSON.stringify(event.value?.["text"])}`);
    break;
  }
  return told;
};
