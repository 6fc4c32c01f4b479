/** Bounds of an account's credentials, with their reasons. Times in milliseconds. */

/** How long a token of a mail is good (the reference's 15 minutes). */
export const MAIL_TOKEN_LIFE = 15 * 60 * 1000;
/** Longest that a change of the mail address waits after it was cut off. */
export const EMAIL_HORIZON = 10 * 1000;
/** Longest pause between tries to go on with it. */
export const EMAIL_RETRY_LAST = 300 * 1000;
/** Longest password that can be chosen, and longest that is looked at: the reference's. Hashing more would be a free ride for an attacker. */
export const MAX_NEW_PASSWORD = 256;
export const MAX_OLD_PASSWORD = 512;
/** App passwords of one account. The reference has no bound; people have a handful, one for each program. */
export const MAX_APP_PASSWORDS = 100;
/** Longest name of an app password, in UTF-16 units. The reference has none but that of its body. */
export const MAX_APP_PASSWORD_NAME = 512;
