/** A repository that cannot be brought here; nothing was changed. The message is for whoever brought it. */
export class ImportRefused extends Error {
  override readonly name = "ImportRefused";
}
