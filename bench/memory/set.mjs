/**
 * What an agent came to know in half a year of work on a network of weather stations, and questions about it. Written for
 * this bench; nobody in it exists. Days count from 2026-01-05.
 *
 * A row of MEMORIES: [name, day, kind, text, { subject, tags, importance, validFrom, supersedes }]. Facts with a subject
 * follow each other; of a question about now, only the last is right.
 *
 * @typedef {{ subject?: string, tags?: string[], importance?: number, supersedes?: string }} More
 * @typedef {[name: string, day: number, kind: "note" | "decision" | "fact", text: string, more?: More]} Row
 * @type {Row[]}
 */
export const MEMORIES = [
  // People
  ["ines-role", 0, "fact", "Ines Okafor leads the hardware group and signs off every change of the sensor board.", { tags: ["people"] }],
  ["tomas-role", 0, "fact", "Tomás Rivera is the firmware engineer; he works from Valparaíso, four hours behind the rest.", { tags: ["people"] }],
  ["mei-role", 1, "fact", "Mei Tanaka runs the data platform and owns the ingestion pipeline.", { tags: ["people"] }],
  ["jonas-role", 1, "fact", "Jonas Weber handles purchasing and speaks with all suppliers.", { tags: ["people"] }],
  ["priya-role", 2, "fact", "Priya Raman is the project's scientific adviser, a meteorologist at the university.", { tags: ["people"] }],
  ["ines-calls", 4, "note", "Ines does not take calls before ten; she answers messages in the evening.", { tags: ["people"] }],
  ["tomas-allergy", 9, "note", "Tomás is allergic to peanuts, worth knowing when ordering food for the field trip.", { tags: ["people"] }],
  ["mei-style", 12, "note", "Mei wants graphs rather than tables, and one page at most.", { tags: ["people", "writing"] }],
  ["jonas-sign", 15, "note", "Jonas may sign purchase orders up to 5,000 euros; above that the board has to agree.", { tags: ["people", "money"] }],
  ["priya-office", 20, "note", "Priya holds office hours on Wednesday afternoon in room 3.14 of the physics building.", { tags: ["people"] }],
  ["ines-birthday", 33, "note", "Ines's birthday is on the ninth of May; the team gives her books about lighthouses.", { tags: ["people"] }],
  ["tomas-bike", 60, "note", "Tomás broke his wrist cycling and types with one hand until the middle of April.", { tags: ["people"] }],
  ["mei-leave", 95, "note", "Mei is on parental leave from July; Anders takes over the pipeline meanwhile.", { tags: ["people"] }],
  ["anders-role", 96, "fact", "Anders Lindqvist joined the data platform from the shipping industry.", { tags: ["people"] }],

  // Stations
  ["st-count-1", 3, "fact", "Twelve weather stations are in operation.", { subject: "number of stations" }],
  ["st-count-2", 48, "fact", "Nineteen weather stations are in operation.", { subject: "number of stations" }],
  ["st-count-3", 130, "fact", "Twenty-six weather stations are in operation.", { subject: "number of stations" }],
  ["skerry", 6, "note", "The station on Gull Skerry loses its radio link whenever the tide is above four metres.", { tags: ["stations"] }],
  ["skerry-fix", 71, "note", "A taller mast on Gull Skerry cured the link losses at high tide.", { tags: ["stations"] }],
  ["orchard", 14, "note", "At Orchard Hill somebody hangs laundry on the anemometer's guy wire; gusts there cannot be trusted on Mondays.", { tags: ["stations"] }],
  ["quarry", 22, "note", "The Quarry station sits in shade until noon, so its temperatures run two degrees low in the morning.", { tags: ["stations"] }],
  ["harbour", 29, "note", "Harbour station's rain gauge was clogged by a wasps' nest for most of January.", { tags: ["stations"] }],
  ["lighthouse", 36, "note", "The lighthouse keeper, Mr. Abernathy, resets the Lighthouse station by hand if one telephones before eight.", { tags: ["stations"] }],
  ["glacier", 55, "note", "Glacier station's battery heater draws more than its panel gives from November to February.", { tags: ["stations", "power"] }],
  ["school", 63, "note", "Pupils of the Elm Road school look after a station and publish its readings on their own page.", { tags: ["stations"] }],
  ["airport", 80, "note", "The airport refused a station on its grounds because of radio interference rules.", { tags: ["stations"] }],
  ["vineyard", 101, "note", "The Castelnuovo vineyard pays for its own station and wants frost warnings by text message.", { tags: ["stations", "customers"] }],
  ["lightning", 118, "note", "Lightning struck the Ridge station; the logger survived, the barometer did not.", { tags: ["stations"] }],

  // Hardware
  ["mcu-1", 5, "fact", "The logger uses the STM32L4 microcontroller.", { subject: "logger microcontroller" }],
  ["mcu-2", 110, "fact", "The logger uses the nRF9160 microcontroller since board revision D.", { subject: "logger microcontroller" }],
  ["barometer", 7, "fact", "Air pressure is measured with the BMP388, accurate to 8 pascals.", { tags: ["hardware"] }],
  ["humidity", 7, "fact", "Humidity comes from an SHT45 behind a membrane that has to be changed every second year.", { tags: ["hardware"] }],
  ["anemometer", 8, "fact", "Wind is measured with an ultrasonic anemometer without moving parts.", { tags: ["hardware"] }],
  ["battery-1", 10, "fact", "Stations run on lead-acid batteries of 12 ampere-hours.", { subject: "station battery" }],
  ["battery-2", 75, "fact", "Stations run on lithium iron phosphate batteries of 20 ampere-hours.", { subject: "station battery" }],
  ["conformal", 18, "note", "Boards without conformal coating corroded within three weeks by the sea.", { tags: ["hardware"] }],
  ["connector", 26, "note", "The M12 connectors from Brightlink leak; those from Harting do not.", { tags: ["hardware", "suppliers"] }],
  ["solder", 40, "note", "A cold solder joint on pin 7 explains the resets of the first batch.", { tags: ["hardware"] }],
  ["antenna", 66, "note", "Turning the antenna upright gained six decibels at the Ridge.", { tags: ["hardware"] }],
  ["enclosure", 88, "note", "The polycarbonate enclosure yellows but does not crack; the ABS one cracked after two winters.", { tags: ["hardware"] }],
  ["screw", 104, "note", "Use stainless A4 screws near salt water; A2 rusts.", { tags: ["hardware"] }],
  ["spare", 121, "note", "Spare barometers are in the blue cabinet, third drawer.", { tags: ["hardware"] }],

  // Firmware and software
  ["interval-1", 11, "fact", "Stations report every ten minutes.", { subject: "reporting interval" }],
  ["interval-2", 58, "fact", "Stations report every five minutes.", { subject: "reporting interval" }],
  ["interval-3", 140, "fact", "Stations report every two minutes during storms and every ten minutes otherwise.", { subject: "reporting interval" }],
  ["watchdog", 17, "note", "The watchdog fired because the SD card driver blocks for eleven seconds on a full card.", { tags: ["firmware"] }],
  ["ota", 24, "note", "An over-the-air update bricked two loggers; both had less than twenty percent battery.", { tags: ["firmware"] }],
  ["leap", 52, "note", "Timestamps are wrong by one day after 29 February in firmware 1.8.", { tags: ["firmware"] }],
  ["compress", 70, "note", "Delta compression shrank a day of readings from 48 to 9 kilobytes.", { tags: ["firmware"] }],
  ["bootloader", 92, "note", "The bootloader checks an Ed25519 signature; the key is in the safe of the Lund office.", { tags: ["firmware", "security"] }],
  ["db-1", 13, "fact", "Readings are stored in PostgreSQL with the TimescaleDB extension.", { subject: "readings database" }],
  ["db-2", 115, "fact", "Readings are stored in ClickHouse.", { subject: "readings database" }],
  ["pipeline", 19, "note", "The ingestion queue fell behind by six hours when the parser met a comma as decimal separator.", { tags: ["data"] }],
  ["dashboard", 31, "note", "The public dashboard is served from Helsinki and cached for one minute.", { tags: ["data"] }],
  ["api-limit", 44, "note", "The forecast service allows a thousand requests per day and answers 429 after that.", { tags: ["data"] }],
  ["backup-1", 21, "fact", "Backups of the readings go to the tape robot in Uppsala.", { subject: "backup location" }],
  ["backup-2", 99, "fact", "Backups of the readings go to object storage in Frankfurt, encrypted.", { subject: "backup location" }],
  ["restore", 102, "note", "A restore drill took five hours and forty minutes for the whole archive.", { tags: ["data"] }],
  ["duplicates", 77, "note", "Duplicate readings come from loggers that retry after an acknowledgement was lost.", { tags: ["data"] }],
  ["timezone", 35, "note", "All times in the archive are UTC; the old spreadsheets are in local time.", { tags: ["data"] }],
  ["password", 28, "note", "The monitoring page's password is changed on the first of each month by Mei.", { tags: ["security"] }],
  ["cert", 84, "note", "The TLS certificate of the upload endpoint expired on a Sunday and nobody noticed until noon.", { tags: ["security"] }],
  ["grafana", 120, "note", "Grafana's alert for missing readings has a threshold of thirty minutes.", { tags: ["data"] }],

  // Money and suppliers
  ["budget-1", 2, "fact", "The budget of the year is 240,000 euros.", { subject: "annual budget", tags: ["money"] }],
  ["budget-2", 68, "fact", "The budget of the year is 210,000 euros after the cut.", { subject: "annual budget", tags: ["money"] }],
  ["budget-3", 126, "fact", "The budget of the year is 265,000 euros since the regional grant.", { subject: "annual budget", tags: ["money"] }],
  ["pcb-supplier-1", 16, "fact", "Circuit boards are made by Nordprint in Tampere.", { subject: "board manufacturer" }],
  ["pcb-supplier-2", 90, "fact", "Circuit boards are made by Leiterwerk in Dresden.", { subject: "board manufacturer" }],
  ["leadtime", 91, "note", "Leiterwerk delivers in nine working days, or in four for a surcharge of thirty percent.", { tags: ["suppliers"] }],
  ["customs", 50, "note", "A parcel with sensors lay at customs for three weeks because the tariff number was missing.", { tags: ["suppliers"] }],
  ["discount", 57, "note", "Harting grants twelve percent from two hundred connectors on.", { tags: ["suppliers", "money"] }],
  ["grant", 125, "note", "The regional council granted 55,000 euros for stations in valleys prone to flooding.", { tags: ["money"] }],
  ["insurance", 86, "note", "The insurance covers theft of stations but not vandalism.", { tags: ["money"] }],
  ["rent-1", 23, "fact", "The workshop's rent is 1,150 euros a month.", { subject: "workshop rent", tags: ["money"] }],
  ["rent-2", 112, "fact", "The workshop's rent is 1,240 euros a month.", { subject: "workshop rent", tags: ["money"] }],
  ["invoice", 117, "note", "Invoices without a cost centre come back from accounting unpaid.", { tags: ["money"] }],

  // Decisions
  ["dec-radio", 25, "decision", "LoRaWAN is used for the valleys and LTE-M elsewhere; satellite is too dear.", { tags: ["radio"] }],
  ["dec-license", 39, "decision", "The readings are published under CC BY 4.0.", { tags: ["data"] }],
  ["dec-freeze", 46, "decision", "No firmware goes out to stations between October and March unless lives depend on it.", { tags: ["firmware"] }],
  ["dec-language", 53, "decision", "New services are written in Go; the Python ones stay until they break.", { tags: ["data"] }],
  ["dec-calibration", 73, "decision", "Every station is calibrated against the reference once a year in August.", { tags: ["hardware"] }],
  ["dec-retention", 82, "decision", "Raw readings are kept for ten years, aggregates for ever.", { tags: ["data"] }],
  ["dec-vendor", 89, "decision", "Board production leaves Nordprint because of the third late delivery in a row.", { tags: ["suppliers"] }],
  ["dec-alert-1", 94, "decision", "Storm warnings go out when gusts pass 22 metres per second at two stations.", { tags: ["warnings"] }],
  ["dec-alert-2", 133, "decision", "Storm warnings go out when gusts pass 20 metres per second at one station.", { tags: ["warnings"], supersedes: "dec-alert-1" }],
  ["dec-database", 114, "decision", "ClickHouse replaces TimescaleDB since queries over five years took minutes.", { tags: ["data"] }],
  ["dec-oncall-1", 27, "decision", "On-call duty changes every Monday.", { tags: ["people"] }],
  ["dec-oncall-2", 105, "decision", "On-call duty changes every second Thursday.", { tags: ["people"], supersedes: "dec-oncall-1" }],

  // Customers and the outside
  ["ferry", 30, "note", "The ferry company reads Harbour station's wind before each crossing and complains when it is late.", { tags: ["customers"] }],
  ["fire", 64, "note", "The fire brigade wants relative humidity below thirty percent reported at once.", { tags: ["customers"] }],
  ["radio-show", 78, "note", "The local radio reads our frost forecast at 6:40 each morning.", { tags: ["customers"] }],
  ["museum", 108, "note", "The maritime museum asked for one old logger for its exhibition on navigation.", { tags: ["customers"] }],
  ["complaint", 123, "note", "A farmer in Lower Marsh complained that the frost warning of 3 May came after the frost.", { tags: ["customers"] }],
  ["paper", 98, "note", "Priya's article about cold air pools was accepted by the journal with minor revisions.", { tags: ["science"] }],
  ["conference", 109, "note", "The abstract for the conference in Reykjavík is due on 15 June.", { tags: ["science"] }],
  ["model", 72, "note", "The neural forecast beats the statistical one by eleven percent up to six hours ahead and loses after that.", { tags: ["science"] }],
  ["fog", 116, "note", "Fog forms at the Quarry whenever the dew point spread is under half a degree and the wind is calm.", { tags: ["science"] }],
  ["record", 131, "note", "The highest gust so far was 41.3 metres per second, at the Ridge on 14 May.", { tags: ["science"] }],

  // Logistics
  ["van-1", 32, "fact", "The field van is parked behind the workshop, key number 4.", { subject: "field van" }],
  ["van-2", 107, "fact", "The field van is parked at the harbour car park, key with the porter.", { subject: "field van" }],
  ["ladder", 43, "note", "The long ladder was lent to the theatre and is to come back after Easter.", { tags: ["logistics"] }],
  ["drone", 83, "note", "The drone may not be flown within five kilometres of the airport without a permit.", { tags: ["logistics"] }],
  ["boat", 61, "note", "The boat to Gull Skerry goes on Tuesdays at 7:15, weather permitting.", { tags: ["logistics"] }],
  ["hotel", 97, "note", "The guest house at the glacier closes from October; then one sleeps in the research hut.", { tags: ["logistics"] }],
  ["snow", 37, "note", "The road to the Ridge is closed by snow until about the end of April.", { tags: ["logistics"] }],
  ["toolkit", 127, "note", "The torque wrench is missing from the second toolkit.", { tags: ["logistics"] }],
  ["meeting-1", 4, "fact", "The weekly meeting is on Monday at nine.", { subject: "weekly meeting" }],
  ["meeting-2", 62, "fact", "The weekly meeting is on Tuesday at half past ten.", { subject: "weekly meeting" }],
  ["meeting-3", 136, "fact", "The weekly meeting is on Thursday at two in the afternoon.", { subject: "weekly meeting" }],

  // Notes that were true once, beside newer ones that say otherwise: nobody marked them
  ["generator-1", 21, "note", "The generator at the Ridge was serviced by Halvorsen.", { tags: ["logistics"] }],
  ["generator-2", 128, "note", "The generator at the Ridge was serviced by a new firm, Kjelland.", { tags: ["logistics"] }],
  ["unit-1", 34, "note", "The ferry company asked for wind data in knots.", { tags: ["customers"] }],
  ["unit-2", 129, "note", "The ferry company asked for wind data in metres per second from now on.", { tags: ["customers"] }],
  ["badge-1", 47, "note", "A visitor badge of the airport costs 20 euros.", { tags: ["money"] }],
  ["badge-2", 138, "note", "A visitor badge of the airport costs 35 euros and takes four days.", { tags: ["money"] }],
  ["offset-1", 51, "note", "The reference thermometer showed an offset of 0.3 degrees.", { tags: ["hardware"] }],
  ["offset-2", 139, "note", "The reference thermometer showed an offset of 0.1 degrees after its repair in Kiel.", { tags: ["hardware"] }],
  ["wifi-1", 38, "note", "The guest network in the workshop is called stormglass.", { tags: ["logistics"] }],
  ["wifi-2", 134, "note", "The guest network in the workshop is called barograph, the old name is gone.", { tags: ["logistics"] }],

  // Other languages
  ["de-heizung", 41, "note", "Der Heizungskeller der Werkstatt steht bei Starkregen unter Wasser; Geräte nie auf den Boden stellen.", { tags: ["logistics"] }],
  ["de-lieferant", 67, "note", "Die Firma Leiterwerk verlangt Gerberdaten im Format X2 und einen Bestückungsplan als PDF.", { tags: ["suppliers"] }],
  ["de-wartung", 103, "note", "Die Wartungsverträge der Stationen im Schwarzwald laufen Ende September aus.", { tags: ["stations"] }],
  ["fr-permis", 45, "note", "La mairie de Saint-Véran exige un permis pour tout mât de plus de six mètres.", { tags: ["stations"] }],
  ["fr-capteur", 85, "note", "Le capteur de neige du col se recouvre de givre et surestime la hauteur.", { tags: ["hardware"] }],
  ["es-finca", 59, "note", "La finca de los Herrera permite instalar una estación si se cuida el olivar.", { tags: ["stations"] }],
  ["es-granizo", 122, "note", "El granizo del 5 de mayo rompió dos paneles solares en Teruel.", { tags: ["stations"] }],
  ["ru-poliarnaia", 74, "note", "Полярная станция передаёт данные только ночью, чтобы экономить батарею.", { tags: ["stations"] }],
  ["ja-fuji", 81, "note", "富士山の観測所は冬季に閉鎖され、電源も切られます。", { tags: ["stations"] }],
  ["ja-yakusoku", 106, "note", "田中さんとの打ち合わせは必ず議事録を残すこと。", { tags: ["people"] }],
  ["zh-taifeng", 113, "note", "台风季节从六月开始，海边的站点要提前加固。", { tags: ["stations"] }],
  ["ko-bosan", 119, "note", "부산 관측소의 풍속계는 매달 청소해야 한다.", { tags: ["stations"] }],
  ["pt-acores", 93, "note", "A estação dos Açores envia os dados por satélite de seis em seis horas.", { tags: ["stations"] }],
];

/**
 * Rows that are about the same things and answer nothing: what an agent writes down every day. Made by counting, so that
 * they are the same each time.
 * @param {number} count @returns {Row[]}
 */
export function distractors(count) {
  const places = ["Gull Skerry", "Orchard Hill", "the Quarry", "the Harbour", "the Ridge", "Elm Road", "Glacier", "Lighthouse", "Castelnuovo", "Lower Marsh"];
  const people = ["Ines", "Tomás", "Mei", "Jonas", "Priya", "Anders"];
  const events = [
    "sent the readings of week W from PLACE to PERSON",
    "PERSON asked for a plot of humidity at PLACE, done",
    "checked the panel voltage at PLACE: N.M volts",
    "PERSON and OTHER talked about the agenda for sprint W",
    "reviewed pull request N00M of PERSON, two small remarks",
    "temperature at PLACE between N and M degrees, nothing unusual",
    "restarted the logger at PLACE after a short power cut",
    "wrote the summary of week W for PERSON",
    "ordered N cable ties and M fuses for PERSON",
    "rain at PLACE: N.M millimetres since midnight",
    "PERSON will be back from holiday in week W",
    "moved ticket N0M of PERSON to done",
    "wind at PLACE from the west, gusts to N metres",
    "tidied the wiki page about PLACE",
    "PERSON tested the spare logger number N for M hours",
  ];
  return Array.from({ length: count }, (_, i) => {
    const pick = (list, by) => list[Math.floor(i / by + i * by * 0.618) % list.length] ?? list[0];
    const text = (events[i % events.length] ?? "")
      .replace("PLACE", pick(places, 3))
      .replace("PERSON", pick(people, 2))
      .replace("OTHER", pick(people, 7))
      .replace("W", String(1 + (Math.floor(i / 15) % 26)))
      .replace("N", String(3 + (i % 17)))
      .replace("M", String(1 + (i % 9)));
    return [`distractor-${i}`, Math.floor((i * 150) / Math.max(1, count)), "note", `${text[0]?.toUpperCase()}${text.slice(1)}.`, { importance: 3 }];
  });
}

/**
 * One of up to 20,000 memories of an agent that has been at it for years: 65 in 100 are notes, and of each kind there are as many
 * as there may be. What agent.memory.remember takes.
 * @param {number} i @returns {{ kind?: "decision" | "fact", text: string, tags: string[] }}
 */
export const manyMemories = (i) => {
  const [a, b] = [MANY[(i * 31) % MANY.length], MANY[(i * 17 + 5) % MANY.length]];
  const text = `${a?.[3]} Entry ${i}: ${b?.[3]} Seen by observer${i % 97}, filed under batch${i % 1009}.`;
  const place = i % 20;
  return { ...(place < 5 ? { kind: "fact" } : place < 7 ? { kind: "decision" } : {}), text, tags: [`batch${i % 50}`] };
};

const MANY = [...MEMORIES.filter(([, , kind]) => kind === "note"), ...distractors(300)];
