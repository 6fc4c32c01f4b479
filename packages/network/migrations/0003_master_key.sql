-- Rotation of the master key (master-key/). Which one an agent's keys are wrapped under, by its id; NULL is the colony's first.
ALTER TABLE agent ADD COLUMN master_key TEXT;

CREATE INDEX agent_master_key ON agent (master_key);

-- The colony's own secrets, wrapped under its master key. Once derived from it, and kept when it is rotated.
CREATE TABLE colony_secret (
  name TEXT PRIMARY KEY,
  wrapped BLOB NOT NULL
);
