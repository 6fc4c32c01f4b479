import type { ListRecordsInput } from "../agent-api.ts";
import type { AgentState } from "../state.ts";
import { type RecordRow, listRecords } from "../store/records.ts";

/** A page of a collection without what was taken down: as many as asked for, unless there are no more. */
export function shownRecords({ sql, takenDown }: AgentState, input: ListRecordsInput): RecordRow[] {
  const page = listRecords(sql, input);
  if (!takenDown.any) return page;
  const shown = page.filter(({ key }) => !takenDown.has(key));
  // Each round reads a full page on: as many rounds as the moderator's takedowns fill pages.
  for (let last = page; last.length === input.limit && shown.length < input.limit; ) {
    const cursor = rkeyOf(last.at(-1)?.key ?? "");
    last = listRecords(sql, { ...input, cursor });
    shown.push(...last.filter(({ key }) => !takenDown.has(key)));
  }
  return shown.slice(0, input.limit);
}

const rkeyOf = (key: string): string => key.slice(key.indexOf("/") + 1);
