/** Recipients of the largest message that is measured. */
export const MOST_RECIPIENTS = 32;

/** What is sealed of a message whose text has that many characters. @param {number} length */
export const messageOf = (length) => ({ content: [{ $type: "agent.comms.defs#text", text: "a".repeat(length) }] });
