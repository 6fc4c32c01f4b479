/**
 * Slurs that the official PDS takes in no handle and no chosen record key, with the digits that stand for letters in them (the same
 * words as packages/pds/src/handle/explicit-slurs.ts there, of which only ASCII can be in a handle). Base64, so that nobody has to read them.
 */
const WORDS = new RegExp(
  atob(
    "XGJjaFtpbDFdbmtzP1xifFxiY1tvMF17Mn1ucz9cYnxcYmZbYTRAXWd7MSwyfShbbzBlM2lsMV10ezEsMn0ocnl8cltpbDFdW2UzXSk/KT9zP1" +
      "xifFxia1tpbDF5XWtbZTNdKHJ5fHJbaWwxXVtlM10pP3MqXGJ8XGJuW2lsMW9hNF1bZ3FdezJ9KGxbZTNddHxbZTNhXXI/fG5bbzBdW2dxXXw0" +
      "KT9zP1xifG5baWwxb2E0XVtncV17Mn0obFtlM110fFtlM11yKXxcYnRyW2E0XStuezEsMn0oW2lsMV1bZTNdfHl8W2UzXXIpcz9cYg==",
  ),
  "i",
);

/** Whether a name has such a word in it, also one that is written with dots, dashes or underscores. */
export const hasOffensiveWord = (name: string): boolean => WORDS.test(name) || WORDS.test(name.replace(/[._-]/g, ""));
