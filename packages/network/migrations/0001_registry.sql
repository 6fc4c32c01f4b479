-- Who lives in this colony. A row is written before anything is posted to the PLC directory (state `reserved`,
-- with the signed genesis and the wrapped signing key), so that a crash at any later point can be taken up again.
CREATE TABLE agent (
  did TEXT PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE,
  email TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'active', 'deleting')),
  -- Scoped to the kind of caller, see provisioning/create.ts.
  idempotency_key TEXT UNIQUE,
  genesis TEXT NOT NULL,
  signing_key BLOB NOT NULL,
  model TEXT,
  -- What becomes of the DID when the agent is destroyed.
  plc_end TEXT CHECK (plc_end IN ('tombstone', 'handover')),
  -- did:key of the owner a handover goes to, when the genesis did not name one.
  owner_key TEXT,
  -- Milliseconds since 1970 until which the request that made the row is taken to be at work on it.
  lease_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE INDEX agent_unfinished ON agent (state, lease_until) WHERE state <> 'active';

-- DIDs that once lived here: never given out again, and named in answers about them.
CREATE TABLE tombstone (
  did TEXT PRIMARY KEY,
  handle TEXT NOT NULL,
  plc_end TEXT NOT NULL,
  deleted_at INTEGER NOT NULL
);
