/**
 * Answers of an AppView, in the shapes of app.bsky.feed.defs and app.bsky.actor.defs, as far as this host looks into them. They
 * come from another service, so every field is narrowed before it is used, and what is not in shape is left as it came.
 */

/** An object of an AppView's answer, of which nothing is known yet. */
export type Fields = Record<string, unknown>;

/** A named boundary: an object whose fields are then narrowed one by one. */
export const fieldsOf = (value: unknown): Fields | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);

/** A list, or undefined. */
export const listOf = (value: unknown): unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** A text, or undefined. */
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A field of a field of … */
export const at = (value: unknown, ...path: string[]): unknown => path.reduce<unknown>((inner, name) => fieldsOf(inner)?.[name], value);

/** `$type` of a thread's member that is there to be seen. */
export const THREAD_POST = "app.bsky.feed.defs#threadViewPost";

/** A post in a feed: the post's view, beside why it is there. */
export interface FeedItem extends Fields {
  post: Fields & { indexedAt: string };
}

/** Whether this can be put in its place by its time. */
export const isFeedItem = (value: unknown): value is FeedItem => textOf(at(value, "post", "indexedAt")) !== undefined;

/** A post in a thread. */
export interface ThreadPost extends Fields {
  post: Fields & { uri: string };
}

/** Whether this is a post of a thread that is there to be seen. */
export const isThreadPost = (value: unknown): value is ThreadPost => at(value, "$type") === THREAD_POST && textOf(at(value, "post", "uri")) !== undefined;
