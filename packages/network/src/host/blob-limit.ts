/** Largest blob, in bytes: default of the reference (blobUploadLimit). */
export const BLOB_LIMIT = 5 * 1024 * 1024;
