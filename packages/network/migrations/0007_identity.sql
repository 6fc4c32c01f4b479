-- Signing keys that are made before their account (com.atproto.server.reserveSigningKey), each wrapped under the colony's
-- master key for its name. They go with the account that takes them, and after a while in any case.
CREATE TABLE reserved_key (
  -- The DID that it is for; without one its own did:key.
  name TEXT PRIMARY KEY,
  did_key TEXT NOT NULL UNIQUE,
  -- PKCS#8.
  wrapped BLOB NOT NULL,
  -- Id of the master key that it is wrapped under.
  master_key TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE INDEX reserved_key_created ON reserved_key (created_at);

-- The colony's rotation key (did:key) that an agent's DID was last seen with; NULL before that was looked at.
ALTER TABLE agent ADD COLUMN plc_key TEXT;
