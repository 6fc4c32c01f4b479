-- Who may come in (invites/): each code is good so many times.
CREATE TABLE invite_code (
  code TEXT PRIMARY KEY,
  available INTEGER NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  -- DID of the account that gives it away, or `admin`.
  for_account TEXT NOT NULL,
  -- DID of the account that it came from by itself, or `admin`.
  created_by TEXT NOT NULL,
  -- ISO datetime, as it is told.
  created_at TEXT NOT NULL
);

CREATE INDEX invite_code_account ON invite_code (for_account);
CREATE INDEX invite_code_created ON invite_code (created_at, code);

CREATE TABLE invite_use (
  code TEXT NOT NULL,
  used_by TEXT NOT NULL,
  used_at TEXT NOT NULL,
  PRIMARY KEY (code, used_by)
) WITHOUT ROWID;

CREATE INDEX invite_use_by ON invite_use (used_by);

-- 1: codes that come to this account by itself are disabled from the start.
ALTER TABLE agent ADD COLUMN invites_disabled INTEGER NOT NULL DEFAULT 0;
-- 1: its DID is left as it is when the account is deleted, since it is its owner's; `plc_end` says nothing then.
ALTER TABLE agent ADD COLUMN plc_kept INTEGER NOT NULL DEFAULT 0;

-- Whose password a token that was sent by mail is for: whoever comes with one says nothing else. The agent decides; this only finds it.
CREATE TABLE password_reset (
  did TEXT PRIMARY KEY,
  -- Hash of the token (pds/src/credentials/mail-tokens.ts).
  hash TEXT NOT NULL UNIQUE
);
