// Generates names, domains and websites of companies that do not exist, as awkward as real ones:
// legal forms, punctuation, other scripts, invalid addresses. There are enough combinations that
// few are duplicates by chance.
import type { Random } from "./random.ts";

const words = (list: string): readonly string[] => list.split(" ");

const STEM_STARTS = words(
  "Al An Ar Bel Ber Bran Cal Car Chel Cor Dal Den Dor El Em Fair Fal Gar Glen Gran Hal Har Hol Ken Kil Lan Lin Mar Mel Mon Nor Oak Pem Ral Ros San Sil Tal Tor Van Wes Win",
);
const STEM_MIDDLES = words(
  "a an ar be bo by ca da de do er fe fi ga ge i in ka la le li lo ma mi mo na ne no o or pa pe ra re ri ro sa ta ti va",
);
const STEM_ENDS = words(
  "berg bourne bridge brook bury by dale den don ell ford gate ham hurst land ley line lock mark mere mond mont more ner pool port rick ridge ron sen shaw son stead stein ston ter ton vale vik ville wick wood worth yard",
);
const TRADES = words(
  "Advisory Aerospace Analytics Automation Bakery Beverages Biotech Brewing Builders Capital Cargo Ceramics Chemicals Clinics Clothing Components Construction Consulting Controls Cosmetics Courier Data Dental Design Diagnostics Distribution Electric Electronics Energy Engineering Equipment Farms Fashion Finance Flooring Foods Forestry Freight Furniture Games Gardens Glass Health Homes Hospitality Hydraulics Imaging Insurance Interiors Labs Leasing Legal Lighting Logistics Machinery Marine Media Medical Metals Mining Mobility Motors Networks Optics Packaging Paper Parts Pharma Plastics Plumbing Power Press Printing Properties Publishing Rail Recycling Research Retail Robotics Security Semiconductors Services Shipping Software Solar Spices Sports Staffing Steel Storage Supply Surveying Systems Telecom Textiles Timber Tools Toys Trading Training Transport Travel Trust Utilities Ventures Water Wines",
);
const LEGAL_FORMS = [
  "Ltd",
  "Limited",
  "Inc.",
  "LLC",
  "GmbH",
  "AG",
  "S.A.",
  "B.V.",
  "Oy",
  "AB",
  "plc",
  "Pty Ltd",
  "",
  "",
  "",
];
const TOP_LEVEL_DOMAINS = words(
  "com com com com com co.uk de fr nl eu io net org com.au ca se fi es it pl ch at dk no be cz",
);
const NON_ASCII_NAMES: readonly ((stem: string, trade: string) => string)[] = [
  (stem, trade) => `${stem}ström ${trade} AB`,
  (stem, trade) => `Müller & ${stem} ${trade} GmbH`,
  (stem) => `Société ${stem}é et Fils`,
  (stem, trade) => `${stem}ğlu ${trade} A.Ş.`,
  (stem, trade) => `${stem}ński ${trade} Sp. z o.o.`,
  (stem) => `株式会社${stem}製作所`,
  (stem) => `ООО «Завод ${stem}»`,
  (stem) => `Ε.Π.Ε. Αφοί ${stem}`,
  (stem) => `${stem} 有限公司`,
  (stem, trade) => `Café ${stem} – ${trade}™`,
];
const JUNK_WEBSITES = [
  "n/a",
  "-",
  "none",
  "TBD",
  "http://",
  "www.",
  "http://www",
  "http://10.20.30.40/start",
  "http://intranet.local",
  "https://https://www.example",
  "see e-mail",
  "http://localhost:8080",
  "www.unknown.notatld",
  "?",
];
const MAIL_PROVIDERS = words(
  "gmail.com outlook.com yahoo.com hotmail.com gmx.de icloud.com web.de proton.me",
);

/** The name and domain of a company, before variations. */
export interface CompanyIdentity {
  readonly name: string;
  readonly domain: string;
}

export function companyIdentity(random: Random): CompanyIdentity {
  const stem = random.pick(STEM_STARTS) + random.pick(STEM_MIDDLES) + random.pick(STEM_ENDS);
  const trade = random.pick(TRADES);
  const legal = random.pick(LEGAL_FORMS);
  const roll = random.below(100);
  const plain = legal === "" ? `${stem} ${trade}` : `${stem} ${trade} ${legal}`;
  const name =
    roll < 6 ? random.pick(NON_ASCII_NAMES)(stem, trade) : roll < 9 ? `The ${stem} & ${trade} Co.` : plain;
  const label = `${stem}${roll % 2 === 0 ? "-" : ""}${trade}`.toLowerCase();
  const prefix = roll === 0 ? "zürich-" : "";
  return { name, domain: `${prefix}${label}.${random.pick(TOP_LEVEL_DOMAINS)}` };
}

/** Returns the name as somebody else might type it: often the same, else in another case. */
export function retypedName(random: Random, name: string): string {
  const roll = random.below(6);
  if (roll === 0) return name.toUpperCase();
  if (roll === 1) return name.toLowerCase();
  return name;
}

/** Returns what the website field holds; null for nothing. */
export function website(random: Random, domain: string): string | null {
  const roll = random.below(100);
  if (roll < 45) return `https://www.${domain}`;
  if (roll < 65) return `http://www.${domain}/`;
  if (roll < 75) return `www.${domain}`;
  if (roll < 81) return domain;
  if (roll < 87) return `https://${domain}/en/about-us?utm_source=crm`;
  if (roll < 89) return `HTTPS://WWW.${domain.toUpperCase()}`;
  if (roll < 91) return random.pick(JUNK_WEBSITES);
  return null;
}

export function email(random: Random, domain: string): string | null {
  const roll = random.below(100);
  if (roll < 60) return `${random.pick(["info", "office", "sales", "hello", "contact"])}@${domain}`;
  if (roll < 66) return `${domain.split(".", 1)[0] ?? "office"}@${random.pick(MAIL_PROVIDERS)}`;
  return null;
}
