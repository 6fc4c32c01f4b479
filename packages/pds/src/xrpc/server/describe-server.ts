import { type Handler, json } from "../call.ts";

/** com.atproto.server.describeServer */
export const describeServer: Handler = ({ host }) =>
  json({
    did: host.did,
    availableUserDomains: host.handleDomains,
    inviteCodeRequired: !host.openRegistration,
    blobUploadLimit: host.blobLimit,
    links: { privacyPolicy: host.notices.privacyPolicy, termsOfService: host.notices.termsOfService },
    contact: { email: host.notices.email },
  });
