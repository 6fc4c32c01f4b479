/** What a session may, as its access tokens say it (the reference's auth-scope). */
export const SCOPES = {
  /** Of the account's own password: everything. */
  access: "com.atproto.access",
  /** Of an app password: not the account itself, nor what is private to other apps. */
  appPass: "com.atproto.appPass",
  /** Of an app password that may also read and write direct messages and the like. */
  appPassPrivileged: "com.atproto.appPassPrivileged",
  /** Of an account that was taken down: what it takes to leave with what is its own. */
  takendown: "com.atproto.takendown",
} as const;

/** What an access token is good for. */
export type AccessScope = (typeof SCOPES)[keyof typeof SCOPES];

/** Whether the text is the scope of an access token. */
export const isAccessScope = (text: string): text is AccessScope => Object.values(SCOPES).some((scope) => scope === text);
