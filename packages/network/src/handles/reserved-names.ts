/**
 * Names no agent may take under the colony's own domain: they would be read as the colony itself, as an
 * authority in it, or as a well-known host name of a web site.
 */
const groups = {
  protocol: "at atp atproto bluesky bsky did firehose handle jetstream lex lexicon lexicons nsid pds plc relay repo sync tid xrpc",
  colony: "agent agents colony network operator operators overseer rookery runtime swarm",
  authority:
    "abuse account accounts admin administrator administrators billing dmca everyone help helpdesk hostmaster legal mod moderation moderator moderators nobody noreply official owner postmaster privacy root security staff support superuser sysadmin system team terms trust undefined user users verified verify webmaster",
  hosts:
    "api app apps assets auth beta blog cdn chat cloud console dashboard demo dev dns docs download email files forum ftp gateway git graphql health host hosting http https id image images imap img info internal invite invites ldap live local localhost login logout mail mailer media metrics monitor mysql news ns1 ns2 oauth pages panel password ping pop pop3 portal postgres private prod production profile proxy public redis register rest rss search secure server servers service services settings shop signin signup sitemap smtp source sql ssh ssl staging start stat static stats status store sysop telnet test test1 testing tests token tokens tools upload video vpn web webmail websocket wiki www www1 www2",
};

const reserved = new Set(Object.values(groups).flatMap((names) => names.split(" ")));

/** @param name the one label in front of the colony's domain, lower case. */
export const isReservedName = (name: string): boolean => reserved.has(name);
