-- What an agent's object says of itself, copied here for lists and for the door (the object itself decides): its status,
-- NULL when it takes part, and when it was deactivated (ISO datetime).
ALTER TABLE agent ADD COLUMN status TEXT;
ALTER TABLE agent ADD COLUMN deactivated_at TEXT;

-- Handles that agents are about to have, each held until its agent has it or the change was given up. Written before anything is
-- posted, so that a change that was cut off can be gone through with.
CREATE TABLE handle_change (
  did TEXT PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE,
  -- Milliseconds since 1970 until which the request that made the row is taken to be at work on it.
  lease_until INTEGER NOT NULL
);
