import type { Difference } from "./compare.ts";

/** A difference that is meant. Shown in COMPATIBILITY.md with its reason. */
export interface Intended {
  /** Of `scene: label`. */
  where: RegExp;
  /** Of the difference's field. */
  field: RegExp;
  /** Of what the colony says, in JSON, where that tells differences apart. */
  colony?: RegExp;
  reason: string;
}

/** Everything in an answer. */
const ALL = /^/;
/** Answers that succeed here and fail there, or the other way round, differ in all that they say. */
const OUTCOME = /^(status|error|message|body|body\..*|headers\..*)$/;
const WORDS = /^message$/;

/** Where the colony is meant to answer otherwise than the official PDS. An entry that nothing needs any more fails the test. */
export const intended: Intended[] = [
  // What everybody gets
  { where: /^/, field: /^headers\.www-authenticate$/, colony: /"Bearer"/, reason: "RFC 9110 (15.5.2): a 401 says how to authenticate." },
  { where: /^/, field: /^headers\.cache-control$/, colony: /"private"/, reason: "What depends on credentials is never for shared caches, also when it is refused before it is known whose they are." },
  { where: /^/, field: /^body\.didDoc\.(@context\.1|verificationMethod\.0\.type)$/, reason: "Signing keys are P-256, of a colony's own accounts; the protocol takes both kinds." },
  { where: /^/, field: /^headers\.atproto-repo-rev$/, colony: /"<tid>"/, reason: "Every read of a repository tells its rev, so that a reader knows how new what it got is." },
  { where: /^/, field: /^headers\.etag$/, reason: "An ETag is the CID of what is sent; the official PDS hashes every answer, once it is made, into a weak one." },
  { where: /^/, field: /^headers\.access-control-allow-methods$/, reason: "Methods that something here answers to." },
  { where: /^host: preflight without asked headers$/, field: /^headers\.access-control-allow-headers$/, reason: "A preflight that names no headers hears which are taken." },

  // Plain HTTP
  { where: /^host: (GET \/|robots\.txt)$/, field: /^body$/, reason: "Texts of our own." },
  { where: /^host: health$/, field: /^body\.version$/, reason: "The colony's version." },
  { where: /^host: nearly a path: /, field: OUTCOME, reason: "A path is taken to the letter (RFC 3986, 6.2.2.1): in another case, or with a slash more, it is another one." },
  { where: /^host: POST of a page$/, field: OUTCOME, reason: "405 with Allow (RFC 9110, 15.5.6), instead of 404 with a page." },
  { where: /^host: (unknown path|xrpc without slash)$/, field: OUTCOME, reason: "404 in the form of XRPC errors, instead of a page." },
  { where: /atproto-did of (nobody|another domain)$|well-known of a handle, upper case$/, field: /^(status|body|headers\.content-type)$/, reason: "Plain text for a plain text; host names are of no case (RFC 9110, 4.2.3)." },
  { where: /^host: (xrpc root|not an NSID, dots|path below a method|percent in the path)$/, field: WORDS, reason: "The message says which path." },
  { where: /^host: (not an NSID|trailing slash|other case)$/, field: OUTCOME, reason: "NSIDs have three segments, no slash, and case (specs/nsid): another spelling is another method." },
  { where: /^host: (PUT|DELETE|PATCH) of /, field: WORDS, reason: "The message says which method is expected." },
  { where: /^host: (GET|POST) of the stream$/, field: /^(status|error|message|headers\.(cache-control|content-type|allow))$/, reason: "An event stream asked without a WebSocket answers 426, or 405 with Allow (specs/event-stream), instead of being proxied." },

  // Bodies
  { where: /^bodies and tokens: JSON: /, field: /^(error|message)$/, reason: "InvalidRequest, XRPC's name for a bad request; the official PDS lets out the class names of its parser (SyntaxError)." },
  { where: /^(bodies and tokens|data model): (more than|a body of 153601 bytes|type application\/json; charset=latin1|content-encoding|record of)/, field: /^(error|message)$/, colony: /PayloadTooLarge|UnsupportedMediaType|InvalidRequest|more than|not what its|unsupported|too large/, reason: "XRPC's names for 413 and 415 instead of class names of a library (PayloadTooLargeError, UnsupportedMediaTypeError, Error), and messages that say the limit." },
  { where: /^data model: record of (999900|1000000|1100000) bytes$/, field: OUTCOME, reason: "A record may have 1,000,000 bytes (specs/repository) and its request the room around it; the official PDS limits the request to that." },
  { where: /^data model: read record|^bodies and tokens: type APPLICATION\/JSON$/, field: OUTCOME, reason: "Media types are of no case (RFC 9110, 8.3.1)." },
  { where: /^bodies and tokens: type nonsense$/, field: WORDS, reason: "The message says what came." },
  { where: /^bodies and tokens: token: DPoP$/, field: OUTCOME, reason: "There is no OAuth yet." },
  { where: /^bodies and tokens: query with __proto__$/, field: OUTCOME, reason: "A parameter that a method does not know is ignored, whatever its name." },
  { where: /^packed: blob, (deflate without its head|two in the wrong order|cut off|not packed|nothing)/, field: /^(status|error|message)$/, reason: "A body that is not what its Content-Encoding says is a bad request; the official PDS fails with 500." },
  { where: /^packed: JSON, (brotli|two|cut off|nothing)$/, field: /^(error|message)$/, reason: "XRPC's names for 413 and 415 instead of class names of a library (PayloadTooLargeError, UnsupportedMediaTypeError, Error), and messages that say the limit." },

  { where: /^packed: answer, (record|records|repository), .*"(gzip|gzip, deflate|deflate, gzip;q=0\.5|GZIP)"\}$/, field: /^(headers\.content-encoding|body)$/, reason: "Answers are sent as they are: Cloudflare's edge and the proxy before a colony pack them where that is worth it. In the isolate, which serves everybody by one thread, packing triples the CPU of a CAR and doubles that of a list." },

  // Records
  { where: /^records: create again$|^batches: (create what is there|update what is not there|one of them wrong)$/, field: /^(status|error|message)$/, reason: "Said as what it is, a bad request, where the official PDS fails with 500." },
  { where: /^batches: delete what is not there$/, field: OUTCOME, reason: "Deleting what is not there is done already, in a batch as alone; the official PDS fails with 500." },
  { where: /^batches: same path twice/, field: OUTCOME, reason: "One commit says one thing about a path: relays cannot undo a commit that says two (proposal 0006), and drop it." },
  { where: /^(data model: (create|read) (link|bytes|type|blob|lone surrogate))/, field: OUTCOME, reason: "The data model (specs/data-model) keeps $link, $bytes and blobs to their forms, $type to a text, and texts to Unicode: what is not in them is refused instead of being stored otherwise than it was sent." },
  { where: /^data model: create (float|unsafe integer|proto key)$/, field: /^(status|error|message)$/, reason: "The message says where; integers beyond 53 bits are a bad request instead of a 500." },

  // Reads
  { where: /^sync: (getBlocks, (one missing|missing)|getBlob, absent)$|^blobs: read before it is referred to$/, field: /^(error|message)$/, reason: "The names that the lexicons give: BlockNotFound, BlobNotFound." },
  { where: /^archives: since now$/, field: /^body\.blocks/, reason: "The root of a CAR is in it: an export without anything new is the commit." },
  { where: /^archives: blocks$/, field: /^body\.roots/, reason: "A CAR has a root (CARv1): of blocks that were asked for it is the commit." },
  { where: /^sync: listRepos, bad cursor$/, field: WORDS, reason: "The message says which cursor." },
  { where: /^blobs: read /, field: /^headers\.(accept-ranges|cache-control|content-range|content-length)$|^status$|^body$/, reason: "Blobs are named by their content: they may be kept by caches, asked for in parts (206) and only if they are not known yet (304)." },
  { where: /^blobs: read /, field: /^headers\.content-type$/, reason: "A blob's type is the one it was stored with; nothing is added to it." },

  { where: /^blobs: too large$|^packed: blob, too large when unpacked$/, field: WORDS, reason: "The message says the limit." },

  // Sessions and accounts
  { where: /^sessions: by handle with (an @|spaces)$/, field: OUTCOME, reason: "People write handles with an @ and paste them with spaces." },
  { where: /^sessions: refresh after that with the first$/, field: OUTCOME, reason: "Signing out ends the session, also for the refresh token before its last." },
  { where: /^sessions: (handle cf-sessions-ann\.test|handle CF-sessions-ann\.test|password empty)$/, field: /^(error|message)$/, reason: "HandleNotAvailable, the name that the lexicon gives, also for handles that somebody has." },
  { where: /^sessions: recoveryKey bad$/, field: /^(error|message)$/, reason: "The message says what would do." },
  { where: /^credentials: app password, name taken$/, field: /^(status|error|message)$/, reason: "Said as what it is instead of a 500." },
  { where: /^credentials: make a code, as an account$|^operator: password (wrong|empty)$/, field: WORDS, reason: "The message says how the administrator authenticates." },
  { where: /^identity: invalid top$/, field: /^(error|message)$/, reason: "HandleNotFound, the name that the lexicon gives, for every handle that leads nowhere." },
  { where: /^standing: takendown, with its session: getServiceAuth$/, field: OUTCOME, reason: "Who was taken down may leave with what is theirs (guides/account-lifecycle): a token for createAccount elsewhere is theirs to have." },
  { where: /^standing: session, renamed$|^operator: sign in with the new password$/, field: /^body\.didDoc\.alsoKnownAs\.0$/, reason: "The DID document as it is, not as it was before the change." },
  { where: /^standing: takendown: getRecommendedDidCredentials$/, field: /^body\.alsoKnownAs/, reason: "The handle is still theirs." },
  { where: /^standing: (disable invites of nobody|password of nobody|nobody)$/, field: OUTCOME, reason: "The administrator hears that there is no such account." },
  { where: /^standing: deleted: /, field: OUTCOME, reason: "Whatever is asked with a token that has outlived its account: 400, there is no such account." },

  // Identity, migration
  { where: /^keys and migration: import (garbage|nothing)|^keys and migration: import, nobody/, field: /^(status|error|message)$/, reason: "A CAR that is none is a bad request; the official PDS fails with 500." },
  { where: /^keys and migration: submit/, field: WORDS, reason: "What the PLC directory says, and of whom." },
  { where: /^keys and migration: resolveDid$/, field: ALL, reason: "Answered here; the official PDS has no such method and asks its AppView." },

  // Other services
  { where: /^(services|records: get, nobody|standing: .*repo\.getRecord|keys)/, field: /^headers\.content-type$/, colony: /"application\/json"/, reason: "A service's content type is passed on as it came." },
  { where: /^services: an AppView that answers: |^services: report/, field: /^headers\.(atproto-content-labelers|retry-after)$/, reason: "Refusals of a service keep the headers that tell when to come again." },
  { where: /^services: (with spaces|registerPush)$/, field: /^(status|error|message)$/, reason: "A service that cannot be found is the caller's mistake (400), not ours (500)." },
  { where: /^services: app\.bsky\.feed\.getFeed$/, field: /^(status|error|message)$/, reason: "A feed that cannot be found is an unknown feed." },
];

/** The entry that covers a difference. */
export const intention = (scene: string, label: string, { field, colony: ours }: Difference): Intended | undefined =>
  intended.find(({ where, field: of, colony }) => where.test(`${scene}: ${label}`) && of.test(field) && (colony === undefined || colony.test(JSON.stringify(ours))));
