-- What the admin may change while the colony runs. One row per name; the value is JSON.
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL
);

-- Hosts that this colony listens to, or was asked to. Facts only: what follows from them under the policy of the day
-- (active, pending, refused) is decided anew each time, by federation/policy.ts.
CREATE TABLE peer (
  -- Host name, with its port when it has one; of a relay or Jetstream the WebSocket URL of its stream.
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('colony', 'host', 'relay', 'jetstream')),
  origin TEXT NOT NULL,
  -- Of a colony: its DID, its key as of the last handshake (did:key), the URL of its relay view, its handle domains (JSON).
  did TEXT UNIQUE,
  public_key TEXT,
  relay TEXT,
  handle_domains TEXT,
  -- The admin's own settings for this peer; NULL is the colony's.
  trust TEXT CHECK (trust IN ('open', 'verified', 'allowlist', 'private')),
  allow_agents TEXT,
  -- Whose idea it was.
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in')),
  approved INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0,
  -- When its colony last proved that it holds its DID's key.
  verified_at INTEGER,
  -- What the other colony made of us, and its words or what went wrong last.
  theirs TEXT CHECK (theirs IN ('active', 'pending', 'refused')),
  reason TEXT,
  -- 1 from before its object is told to listen until after it was told to stop.
  listening INTEGER NOT NULL DEFAULT 0,
  -- Set when the admin ended the peering and the other colony is still to be told.
  ending_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

-- Challenges given out and not yet answered, and nonces that were used: each is good for one time, until it expires.
CREATE TABLE nonce (
  nonce TEXT PRIMARY KEY,
  -- DID of the colony it was given to, or came from.
  did TEXT NOT NULL,
  -- Of a challenge: the nonce of the colony that asked, and what its card said at that moment (JSON). NULL for a used nonce.
  their_nonce TEXT,
  their_card TEXT,
  expires_at INTEGER NOT NULL
);

CREATE INDEX nonce_did ON nonce (did);
CREATE INDEX nonce_expiry ON nonce (expires_at);
