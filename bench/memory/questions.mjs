/**
 * Questions about set.mjs, asked on day 150 unless they say another.
 *
 * - `direct`: in words of the memory. `form`: other forms, compounds, slips of the pen. `meaning`: in other words, with little
 *   in common: what a lexical search can only find by luck. `language`: in the memory's language, which is not English.
 * - `update`: what holds now; what held before is wrong. `asOf`: what held at a time.
 * - `recent`: nothing marks what is outdated, but there is something newer.
 * - `none`: nothing is known; the right answer is nothing.
 *
 * @typedef {{ type: "direct" | "form" | "meaning" | "language" | "update" | "asOf" | "recent" | "none", ask: string, wants: string[], not?: string[], asOf?: number, tags?: string[], kinds?: string[] }} Question
 */

const direct = (ask, ...wants) => ({ type: "direct", ask, wants });
const form = (ask, ...wants) => ({ type: "form", ask, wants });
const meaning = (ask, ...wants) => ({ type: "meaning", ask, wants });
const language = (ask, ...wants) => ({ type: "language", ask, wants });
const update = (ask, want, ...not) => ({ type: "update", ask, wants: [want], not });
const asOf = (day, ask, want, ...not) => ({ type: "asOf", ask, wants: [want], not, asOf: day });
const recent = (ask, want, ...not) => ({ type: "recent", ask, wants: [want], not });
const none = (ask) => ({ type: "none", ask, wants: [] });

/** @type {Question[]} */
export const QUESTIONS = [
  direct("Who leads the hardware group?", "ines-role"),
  direct("What is Tomás allergic to?", "tomas-allergy"),
  direct("Up to which amount may Jonas sign purchase orders?", "jonas-sign"),
  direct("When does Priya hold office hours?", "priya-office"),
  direct("When is Ines's birthday?", "ines-birthday"),
  direct("Who takes over the pipeline while Mei is on parental leave?", "mei-leave"),
  direct("Why does Gull Skerry lose its radio link?", "skerry"),
  direct("What happened to the rain gauge of Harbour station?", "harbour"),
  direct("Who can reset the Lighthouse station by hand?", "lighthouse"),
  direct("Why did the airport refuse a station?", "airport"),
  direct("What did lightning destroy at the Ridge station?", "lightning"),
  direct("Which sensor measures air pressure?", "barometer"),
  direct("How often must the membrane of the humidity sensor be changed?", "humidity"),
  direct("Which M12 connectors leak?", "connector"),
  direct("Where are the spare barometers?", "spare"),
  direct("Why did the watchdog fire?", "watchdog"),
  direct("Which firmware has wrong timestamps after 29 February?", "leap"),
  direct("Where is the key for the bootloader signature kept?", "bootloader"),
  direct("How many requests does the forecast service allow per day?", "api-limit"),
  direct("How long did the restore drill take?", "restore"),
  direct("Where do duplicate readings come from?", "duplicates"),
  direct("When did the TLS certificate of the upload endpoint expire?", "cert"),
  direct("What is the alert threshold for missing readings in Grafana?", "grafana"),
  direct("How quickly does Leiterwerk deliver?", "leadtime"),
  direct("What does the insurance cover?", "insurance"),
  direct("Under which licence are the readings published, CC BY?", "dec-license"),
  direct("How long are raw readings kept?", "dec-retention"),
  direct("When is every station calibrated against the reference?", "dec-calibration"),
  direct("Why does board production leave Nordprint?", "dec-vendor"),
  direct("When does the local radio read the frost forecast?", "radio-show"),
  direct("When is the abstract for the conference in Reykjavík due?", "conference"),
  direct("What was the highest gust so far?", "record"),
  direct("When does the boat to Gull Skerry go?", "boat"),
  direct("To whom was the long ladder lent?", "ladder"),
  direct("Where may the drone not be flown?", "drone"),
  direct("What is missing from the second toolkit?", "toolkit"),
  direct("When does fog form at the Quarry?", "fog"),
  direct("What do the fire brigade want reported?", "fire"),

  form("anemometer guywire laundry", "orchard"),
  form("corrosion of uncoated boards at the seaside", "conformal"),
  form("over the air updating bricks loggers", "ota"),
  form("compressing a day's readings", "compress"),
  form("which screw near saltwater", "screw"),
  form("cracking enclosures", "enclosure"),
  form("resetting because of cold soldering", "solder"),
  form("monitoring pages passwords changes", "password"),
  form("publicly cached dashboards", "dashboard"),
  form("parcels lying at the customs office", "customs"),
  form("discounts on Harting conectors", "discount"),
  form("ferries complaining about late wind readings", "ferry"),
  form("farmer's complaints about frost warnings", "complaint"),
  form("granted for valleys prone to floods", "grant"),
  form("snow closing the road to Ridge", "snow"),
  form("Priyas articles on pools of cold air", "paper"),
  form("neural forecasting beats statistics", "model"),
  form("invoices lacking cost centres", "invoice"),
  form("pupils looking after stations", "school"),
  form("vineyards wanting frost warning texts", "vineyard"),
  form("barometr spares", "spare"),
  form("Tomas wrist", "tomas-bike"),

  meaning("What should the catering avoid because of Tomás?", "tomas-allergy"),
  meaning("Can I ring Ines early in the day?", "ines-calls"),
  meaning("In what shape should a report for Mei be?", "mei-style"),
  meaning("Which clock do the archived measurements follow?", "timezone"),
  meaning("Which screws survive at the coast?", "screw"),
  meaning("Is theft paid for?", "insurance"),
  meaning("Where can people stay near the glacier in winter?", "hotel"),
  meaning("Why is the Quarry too cold before noon?", "quarry"),
  meaning("What programming language for a new service?", "dec-language"),
  meaning("May we roll out firmware in winter?", "dec-freeze"),
  meaning("Which radio technology do we use in valleys?", "dec-radio"),
  meaning("Why did the queue lag?", "pipeline"),
  meaning("Does the panel feed Glacier's heater in winter?", "glacier"),
  meaning("Who wanted an old device to exhibit?", "museum"),
  meaning("How did we improve reception at the Ridge?", "antenna"),

  language("Was passiert im Keller bei starkem Regen?", "de-heizung"),
  language("Welche Daten verlangt Leiterwerk für die Bestückung?", "de-lieferant"),
  language("Wann enden die Wartungsverträge im Schwarzwald?", "de-wartung"),
  language("Faut-il un permis pour un mât à Saint-Veran?", "fr-permis"),
  language("capteur de neige couvert de givre", "fr-capteur"),
  language("¿Qué pide la finca de Herrera para una estacion?", "es-finca"),
  language("¿Qué rompió el granizo en Teruel?", "es-granizo"),
  language("Когда полярная станция передаёт данные?", "ru-poliarnaia"),
  language("富士山の観測所はいつ閉鎖されますか", "ja-fuji"),
  language("打ち合わせの議事録", "ja-yakusoku"),
  language("台风季节什么时候开始", "zh-taifeng"),
  language("부산 관측소 풍속계 청소", "ko-bosan"),
  language("De quanto em quanto tempo envia dados a estação dos Açores?", "pt-acores"),

  update("How many weather stations are in operation?", "st-count-3", "st-count-1", "st-count-2"),
  update("Which microcontroller does the logger use?", "mcu-2", "mcu-1"),
  update("What batteries do stations run on?", "battery-2", "battery-1"),
  update("How often do stations report?", "interval-3", "interval-1", "interval-2"),
  update("Where are readings stored, in which database?", "db-2", "db-1"),
  update("Where do backups of the readings go?", "backup-2", "backup-1"),
  update("What is the budget of the year?", "budget-3", "budget-1", "budget-2"),
  update("Who makes the circuit boards?", "pcb-supplier-2", "pcb-supplier-1"),
  update("What is the workshop's rent?", "rent-2", "rent-1"),
  update("Where is the field van parked?", "van-2", "van-1"),
  update("When is the weekly meeting?", "meeting-3", "meeting-1", "meeting-2"),
  update("From which gusts on do storm warnings go out?", "dec-alert-2", "dec-alert-1"),
  update("When does on-call duty change?", "dec-oncall-2", "dec-oncall-1"),

  asOf(20, "How many weather stations are in operation?", "st-count-1", "st-count-2", "st-count-3"),
  asOf(60, "How many weather stations are in operation?", "st-count-2", "st-count-1", "st-count-3"),
  asOf(30, "How often do stations report?", "interval-1", "interval-2", "interval-3"),
  asOf(100, "How often do stations report?", "interval-2", "interval-1", "interval-3"),
  asOf(30, "Who makes the circuit boards?", "pcb-supplier-1", "pcb-supplier-2"),
  asOf(80, "What is the budget of the year?", "budget-2", "budget-1", "budget-3"),
  asOf(100, "When is the weekly meeting?", "meeting-2", "meeting-1", "meeting-3"),
  asOf(100, "From which gusts on do storm warnings go out?", "dec-alert-1", "dec-alert-2"),
  asOf(50, "Where is the field van parked?", "van-1", "van-2"),

  recent("Who serviced the generator at the Ridge?", "generator-2", "generator-1"),
  recent("In which unit does the ferry company want wind data?", "unit-2", "unit-1"),
  recent("What does a visitor badge of the airport cost?", "badge-2", "badge-1"),
  recent("Which offset showed the reference thermometer?", "offset-2", "offset-1"),
  recent("What is the guest network in the workshop called?", "wifi-2", "wifi-1"),

  none("Which flight do we take to Buenos Aires?"),
  none("What is the capital of Mongolia?"),
  none("How do I bake sourdough bread?"),
  none("Who won the chess tournament?"),
  none("What is Jonas's favourite opera?"),
  none("When was the cathedral of Chartres built?"),
  none("Which dentist does the family go to?"),
  none("What colour is the new office carpet?"),
  none("Is there a discount on gym membership?"),
  none("How many kittens did the neighbour's cat have?"),
  none("What did the lawyer say about the divorce?"),
  none("Which novel did Dostoevsky write first?"),
  none("Welche Schuhe trug der Bräutigam?"),
  none("¿Cuál es la receta de la paella?"),
  none("昨日の映画は面白かったですか"),
  none("Как зовут кошку соседки?"),
  none("Explain the offside rule in football."),
  none("What is the interest rate of the mortgage?"),
  none("Which vaccine does a traveller to Kenya need?"),
  none("Who composed the soundtrack of the film?"),
];

/** What people write around a question: whoever answers letters looks for the whole of one. Before it, and after. */
export const LETTERS = [
  ["Good morning, I hope the journey home was pleasant and everybody got some sleep after such an exciting evening. ", " Thanks a lot in advance, and greetings to the whole family from Margaret."],
  ["Hello there! Sorry for writing so late, my laptop refused to start again this afternoon and the helpdesk could not explain it either. ", " I would be grateful for a short answer before lunch tomorrow, since somebody asked me twice already."],
  ["", " By the way, the restaurant near the theatre was excellent; we should celebrate there again once the holidays are over and everybody has returned."],
];
