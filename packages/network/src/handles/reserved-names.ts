/**
 * Names nobody gets under the colony's own domain unless the admin gives them: they would be read as the colony itself, as an
 * authority in it, as a well-known host name of a web site, or as somebody who is known to all.
 *
 * All groups but `colony` are data of the official PDS, so that both refuse the same names: packages/pds/src/handle/reserved.ts of
 * https://github.com/bluesky-social/atproto at commit d6296a1cfdb40a773319cb59061300e4e8e52f26 (MIT or Apache-2.0; Bluesky Social PBC),
 * without those that no handle can have for their length.
 */
const groups = {
  protocol:
    "atp plc pds did repo tid nsid xrpc lex lexicon bsky bluesky handle",
  common:
    "about abuse access account accounts acme activate activities activity add address adm admanager admin administration " +
    "administrator administrators admins ads adsense adult advertising adwords affiliate affiliatepage affiliates afp ajax all alpha " +
    "analysis analytics android anon anonymous answer answers api apis app appengine appnews apps archive archives article asdf asset " +
    "assets auth authentication avatar backup bank banner banners base beginners beta billing bin binaries binary blackberry blog " +
    "blogs blogsearch board book bookmark bookmarks books bot bots bug bugs business buy buzz cache calendar call campaign cancel " +
    "captcha career careers cart catalog catalogs categories category cdn cgi cgi-bin changelog chart charts chat check checked " +
    "checking checkout client cliente clients clients1 cnarne code comercial comment comments communities community company compare " +
    "compras config configuration confirm confirmation connect contact contacts contactus contact-us content contest contribute " +
    "contributor contributors coppa copyright copyrights core corp countries country cpanel create css cssproxy customise customize " +
    "dashboard data default delete demo design designer desktop destroy dev devel developer developers devs diagram diary dict " +
    "dictionary die dir directory direct-messages dist diversity dmca doc docs documentation documentations documents domain domains " +
    "donate download downloads e-mail earth ecommerce edit edits editor edu education email embed embedded employment employments " +
    "empty enable encrypted end engine enterprise enterprises entries entry error errorlog errors eval event example examplecommunity " +
    "exampleopenid examplesyn examplesyndicated exampleusername exchange exit explore faq faqs favorite favorites favourite " +
    "favourites feature features feed feedback feedburner feedproxy feeds file files finance folder folders first following forgot " +
    "form forms forum forums founder free friend friends ftp fuck fun fusion gadget gadgets game games gears general geographic get " +
    "gettingstarted gift gifts gist git github gmail golang goto gov graph graphs group groups guest guests guide guides hack hacks " +
    "head help home homepage host hosting hostmaster hostname howto how-to html htrnl http httpd https iamges icon icons idea ideas " +
    "image images img imap inbox inboxes index indexes info information inquiry intranet investor investors invitation invitations " +
    "invite invoice invoices imac ios ipad iphone irc irnages irng issue issues item items java javascript job jobs join json jump " +
    "knowledge-base knowledgebase lab labs language languages last ldap-status ldapstatus legal license licenses link links linux " +
    "list lists livejournal local locale location log log-in log-out login logout logs mac macos macosx mac-os mac-os-x mail mailer " +
    "mailing main maintenance manage manager manual map maps marketing master media member members memories memory merchandise " +
    "message messages messenger microblog microblogs mine mis misc mms mob mobile model models money movie movies mp3 mp4 msg msn " +
    "music mymme mysql name named nan navi navigation net network networks new news newsletter nick nickname nil none notes noticias " +
    "notification notifications notify ns1 ns2 ns3 ns4 ns5 null oauth oauth-clients ocsp offer offers official old online openid " +
    "operator option options order orders org organization organizations other overview owner owners p0rn pack page pager pages paid " +
    "panel partner partnerpage partners password patch pay payment people perl person phone photo photoalbum photos php phpmyadmin " +
    "phppgadmin phpredisadmin pic pics picture pictures ping pixel places plan plans plugin plugins podcasts policies policy pop pop3 " +
    "popular porn portal portals post postfix postmaster posts pr0n premium press price pricing principles print privacy " +
    "privacy-policy privacypolicy private prod product production products profile profiles project projects promo promotions proxies " +
    "proxy pub public purchase purpose put python queries query radio random ranking read reader readme recent recruit recruitment " +
    "redirect register registration release remove replies report reports repositories repository req request requests research reset " +
    "resolve resolver review rnail rnicrosoft roc root rss ruby rule sag sale sales sample samples sandbox save scholar school " +
    "schools script scripts search secure security self seminars send server server-info server-status servers service services " +
    "session sessions setting settings setup share shop shopping shortcut shortcuts show sign-in sign-up signin signout signup site " +
    "sitemap sitemaps sitenews sites sketchup sky slash slashinvoice slut smartphone sms smtp soap software sorry source spec special " +
    "spreadsheet spreadsheets sql src srntp ssh ssl ssladmin ssladministrator sslwebmaster ssytem staff stage staging start stat " +
    "state static statistics stats status store stores stories style styleguide styles stylesheet stylesheets subdomain subscribe " +
    "subscription subscriptions suggest suggestqueries support survey surveys surveytool svn swf syn sync syndicated sys sysadmin " +
    "sysadministrator sysadmins system tablet tablets tag tags talk talkgadget task tasks team teams tech telnet term terms " +
    "terms-of-service termsofservice test testing tests text theme themes thread threads ticket tickets tmp todo to-do toml tool " +
    "toolbar toolbars tools top topic topics tos tour trac translate trace translation translations translator trends tutorial tux " +
    "twitter txt undef unfollow unsubscribe update updates upgrade upgrades upi upload uploads url usage user username usernames " +
    "users uuid validation validations ver version video videos video-stats visitor visitors voice volunteer volunteers watch wave " +
    "weather web webdisk webhook webhooks webmail webmaster webmasters webrnail website websites welcome whm whois widget widgets " +
    "wifi wiki wikis win windows word work works workshop wpad wws www wwws wwww xfn xhtml xhtrnl xml xmpp xpg xxx yaml year yml you " +
    "yourdomain yourname yoursite yourusername",
  famous:
    "10ronaldinho 3gerardpique aclu adele akshaykumar aliaa08 aliciakeys amitshah andresiniesta8 anushkasharma arianagrande arrahman " +
    "arvindkejriwal avrillavigne barackobama bbcbreaking bbcworld beingsalmankhan billgates britneyspears brunomars championsleague " +
    "chrisbrown cnnbrk coldplay conanobrien cristiano danieltosh davidguetta ddlovato deepikapadukone drake elisapie ellendegeneres " +
    "elonmusk eminem emmawatson fcbarcelona foxnews hillaryclinton iamsrk ihrithik imvkohli instagram jimmyfallon jlo joebiden " +
    "jtimberlake justinbieber kaka kanyewest katyperry kendalljenner kevinhart4real khloekardashian kimkardashian kingjames " +
    "kourtneykardash kyliejenner ladygaga liampayne liltunechi manutd mariahcarey mileycyrus mohamadalarefe narendramodi nasa nba " +
    "neymarjr nfl niallofficial nickiminaj npr nytimes onedirection oprah pink pitbull playstation pmoindia premierleague " +
    "priyankachopra realdonaldtrump rihanna selenagomez shakira shawnmendes sportscenter srbachchan subhisharma100 taylorswift13 " +
    "theeconomist twitter virendersehwag whitehouse45 wizkhalifa youtube zaynmalik beyonce billieeilish leomessi natgeo nike " +
    "snoopdogg taylorswift therock 10downingstreet aoc carterjwm dril gretathunberg kamalaharris potus rondesantisfl ukraine " +
    "washingtonpost yousuck2020 zelenskyyua ariyoshihiroiki asahi fujitv gigazine hajimesyacho hikakin jocx jotx mainichi naomiosaka " +
    "nhk nikkei nintendo ntv oowareware1945 pamyurin rolaworld seikintv starbucksjapan tbs tvasahi tvtokyo yokoono brasildefato " +
    "claudialeitte correio estadao folha gazetadopovo ivetesangalo jairbolsonaro jornaldobrasil jornaloglobo lucianohuck lulaoficial " +
    "marcosmion paulocoelho portalr7 zerohora",
  colony:
    "atproto firehose jetstream lexicons relay agent agents colony operators overseer rookery runtime swarm everyone helpdesk mod " +
    "moderation moderator moderators nobody noreply superuser trust undefined verified verify cloud console dns gateway graphql " +
    "health internal invites ldap live localhost metrics monitor postgres redis rest sysop test1 token tokens vpn websocket www1 www2",
};

const reserved = new Set(Object.values(groups).flatMap((names) => names.split(" ")));

/** Names that nobody has, whoever asks: the protocol's and the colony's. */
const never = new Set(`${groups.protocol} ${groups.colony} admin administrator root support abuse security`.split(" "));

/**
 * @param name the one label in front of the colony's domain, lower case.
 * @param allowWords whoever runs the colony names agents by what they do: of the words that the official PDS keeps back all but a few are theirs.
 */
export const isReservedName = (name: string, allowWords = false): boolean => (allowWords ? never : reserved).has(name);
