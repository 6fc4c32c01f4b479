-- Service JWTs that were taken and have not expired: each is good once (service-auth/used-tokens.ts).
CREATE TABLE used_token (
  -- SHA-256 over issuer and jti, base64url.
  id TEXT PRIMARY KEY,
  -- Who signed it.
  did TEXT NOT NULL,
  -- Milliseconds since 1970.
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX used_token_did ON used_token (did, expires_at);
CREATE INDEX used_token_expiry ON used_token (expires_at);
