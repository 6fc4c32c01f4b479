import type { Caller, Tokens } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { didsOf } from "../host/dids.ts";
import { UsedTokens } from "./used-tokens.ts";
import { type ServiceAuthRules, verifyServiceJwt } from "./verify.ts";

/** Who judges service JWTs at the door. */
export interface ServiceAuthority {
  /** A token by which an account speaks for itself, for the method `lxm`. */
  account(token: string, lxm: string): Promise<Caller | XrpcFault>;
  /** A token of the colony's moderation service. */
  moderator(token: string, lxm: string): Promise<Caller | XrpcFault>;
  /** The call came to nothing: the token, by the name it was noted under, may be shown again. */
  release(token: string): Promise<void>;
}

/** Everything the door decides by. */
export interface ColonyAuthority {
  tokens: Tokens;
  adminKeyHash: Promise<ArrayBuffer>;
  services: ServiceAuthority;
}

const build = (env: Env): ColonyAuthority => {
  const { tokens, adminKeyHash, hostDid, modService } = configOf(env);
  const used = new UsedTokens(env.DB);
  const verify = async (token: string, rules: Pick<ServiceAuthRules, "lxm" | "issuers">): Promise<Caller | XrpcFault> => {
    const verified = await verifyServiceJwt(token, { audience: hostDid, dids: didsOf(env), nonces: used, ...rules });
    return "status" in verified ? verified : { kind: "service", did: verified.did, lxm: verified.lxm, token: verified.id };
  };
  // Its labeler has a key of its own, and speaks as well.
  const moderators = modService === undefined ? [] : [modService.did, `${modService.did}#atproto_labeler`];
  return {
    tokens,
    adminKeyHash,
    services: {
      account: (token, lxm) => verify(token, { lxm }),
      moderator: (token, lxm) => verify(token, { lxm, issuers: moderators }),
      release: (token) => used.release(token),
    },
  };
};

let built: { env: Env; authority: ColonyAuthority } | undefined;

/** The authority of this isolate's environment. */
export const authorityOf = (env: Env): ColonyAuthority => {
  if (built?.env !== env) built = { env, authority: build(env) };
  return built.authority;
};
