import type { LocalRecord, LocalRecords } from "./local-records.ts";
import { type Fields, at, fieldsOf, listOf, textOf } from "./view.ts";

/** What a viewer is given of the world. */
export interface ViewerPorts {
  /** The caller. */
  did: string;
  /** URL of a blob as an image of some size, e.g. `avatar`. */
  imageUrl(size: string, cid: string): string;
  /** A question to the AppView in the caller's name. @throws Error when it has no answer. */
  ask(nsid: string, params: Record<string, string>): Promise<unknown>;
}

/** Shows the caller's own records as the AppView would, when it had them (reference: read-after-write/viewer.ts). */
export class LocalViewer {
  readonly did: string;
  readonly #ports: ViewerPorts;
  readonly #local: LocalRecords;

  constructor(ports: ViewerPorts, local: LocalRecords) {
    this.did = ports.did;
    this.#ports = ports;
    this.#local = local;
  }

  /** app.bsky.actor.defs#profileViewBasic of an author, with name and picture of the profile that the AppView has not seen. */
  basic(view: Fields, profile: Fields): Fields {
    return { ...view, displayName: profile["displayName"], avatar: this.#image("avatar", profile["avatar"]) };
  }

  /** app.bsky.actor.defs#profileViewDetailed, likewise. */
  detailed(view: Fields, profile: Fields): Fields {
    return { ...this.basic(view, profile), description: profile["description"], banner: this.#image("banner", profile["banner"]) };
  }

  /** app.bsky.feed.defs#postView. Nobody can have answered yet what nobody has seen. @throws Error when the AppView cannot be asked for what is quoted. */
  async post({ uri, cid, indexedAt, record }: LocalRecord): Promise<Fields & { uri: string; indexedAt: string }> {
    const { current, handle } = this.#local;
    const author = { did: this.did, handle, displayName: current?.["displayName"], avatar: this.#image("avatar", current?.["avatar"]) };
    const embed = await this.#embed(fieldsOf(record["embed"]));
    return { uri, cid, likeCount: 0, replyCount: 0, repostCount: 0, quoteCount: 0, author, record, embed, indexedAt };
  }

  #image(size: string, blob: unknown): string | undefined {
    // Blobs of before `ref` have their CID as text.
    const cid = textOf(at(blob, "ref", "$link")) ?? textOf(at(blob, "cid"));
    return cid === undefined ? undefined : this.#ports.imageUrl(size, cid);
  }

  async #embed(embed: Fields | undefined): Promise<Fields | undefined> {
    switch (embed?.["$type"]) {
      case "app.bsky.embed.images":
        return this.#images(embed);
      case "app.bsky.embed.external":
        return this.#external(embed);
      case "app.bsky.embed.record":
        return this.#quote(embed);
      case "app.bsky.embed.recordWithMedia":
        return this.#quoteWithMedia(embed);
      default:
        return undefined;
    }
  }

  #images(embed: Fields): Fields {
    const images = (listOf(embed["images"]) ?? []).map((image) => ({
      thumb: this.#image("feed_thumbnail", at(image, "image")),
      fullsize: this.#image("feed_fullsize", at(image, "image")),
      aspectRatio: at(image, "aspectRatio"),
      alt: at(image, "alt"),
    }));
    return { $type: "app.bsky.embed.images#view", images };
  }

  #external(embed: Fields): Fields {
    const { uri, title, description, thumb } = fieldsOf(embed["external"]) ?? {};
    return { $type: "app.bsky.embed.external#view", external: { uri, title, description, thumb: this.#image("feed_thumbnail", thumb) } };
  }

  async #quote(embed: Fields): Promise<Fields> {
    const uri = textOf(at(embed, "record", "uri")) ?? "";
    const view = await this.#quoted(uri);
    return { $type: "app.bsky.embed.record#view", record: view ?? { $type: "app.bsky.embed.record#viewNotFound", uri, notFound: true } };
  }

  async #quoteWithMedia(embed: Fields): Promise<Fields | undefined> {
    const inner = fieldsOf(embed["media"]);
    const type = inner?.["$type"];
    if (type !== "app.bsky.embed.images" && type !== "app.bsky.embed.external") return undefined;
    const quote = await this.#quote(fieldsOf(embed["record"]) ?? {});
    return { $type: "app.bsky.embed.recordWithMedia#view", record: quote, media: await this.#embed(inner) };
  }

  async #quoted(uri: string): Promise<Fields | undefined> {
    const collection = uri.split("/")[3];
    if (collection === "app.bsky.feed.post") {
      const answer = await this.#ports.ask("app.bsky.feed.getPosts", { uris: uri });
      const post = fieldsOf(listOf(at(answer, "posts"))?.[0]);
      if (post === undefined) return undefined;
      const { cid, author, record, labels, embed, indexedAt } = post;
      return { $type: "app.bsky.embed.record#viewRecord", uri: post["uri"], cid, author, value: record, labels, embeds: embed ? [embed] : undefined, indexedAt };
    }
    if (collection === "app.bsky.feed.generator") {
      const view = fieldsOf(at(await this.#ports.ask("app.bsky.feed.getFeedGenerator", { feed: uri }), "view"));
      return view && { ...view, $type: "app.bsky.feed.defs#generatorView" };
    }
    if (collection === "app.bsky.graph.list") {
      const list = fieldsOf(at(await this.#ports.ask("app.bsky.graph.getList", { list: uri }), "list"));
      return list && { ...list, $type: "app.bsky.graph.defs#listView" };
    }
    return undefined;
  }
}
