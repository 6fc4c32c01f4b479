/** The row that every commit rewrites: where the repository is, and all that is counted with a write. */
export interface Head {
  /** CID and block of the newest commit. */
  cid: Uint8Array;
  commit: Uint8Array;
  rev: string;
  rootId: number;
  rootCid: Uint8Array;
  /** Next node id; ids are never used twice. */
  nextNode: number;
  /** Number of the newest outbox event. */
  n: number;
  /** Write points spent in the current windows; starts in milliseconds since 1970. */
  hourStart: number;
  hourPoints: number;
  dayStart: number;
  dayPoints: number;
}

interface Row extends Record<string, SqlStorageValue> {
  cid: ArrayBuffer;
  commit_block: ArrayBuffer;
  rev: string;
  root_id: number;
  root_cid: ArrayBuffer;
  next_node: number;
  n: number;
  hour_start: number;
  hour_points: number;
  day_start: number;
  day_points: number;
}

/** The one row that says where the repository stands. */
export function readHead(sql: SqlStorage): Head {
  const row = sql.exec<Row>("SELECT * FROM head").one();
  return {
    cid: new Uint8Array(row.cid),
    commit: new Uint8Array(row.commit_block),
    rev: row.rev,
    rootId: row.root_id,
    rootCid: new Uint8Array(row.root_cid),
    nextNode: row.next_node,
    n: row.n,
    hourStart: row.hour_start,
    hourPoints: row.hour_points,
    dayStart: row.day_start,
    dayPoints: row.day_points,
  };
}

const COLUMNS = "id, cid, commit_block, rev, root_id, root_cid, next_node, n, hour_start, hour_points, day_start, day_points";

const values = (h: Head) => [h.cid, h.commit, h.rev, h.rootId, h.rootCid, h.nextNode, h.n, h.hourStart, h.hourPoints, h.dayStart, h.dayPoints];

/** The head of a new repository. */
export function insertHead(sql: SqlStorage, head: Head): void {
  sql.exec(`INSERT INTO head (${COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ...values(head));
}

/** The repository stands here now. */
export function updateHead(sql: SqlStorage, head: Head): void {
  sql.exec(
    `UPDATE head SET cid = ?, commit_block = ?, rev = ?, root_id = ?, root_cid = ?, next_node = ?, n = ?,
       hour_start = ?, hour_points = ?, day_start = ?, day_points = ? WHERE id = 1`,
    ...values(head),
  );
}
