/** Who buys at the demo's company: invented firms, with the names that break careless code. */

export type Country = "US-CA" | "US-WA" | "US-TX" | "DE" | "GB" | "JP" | "KW" | "HU";
export type Currency = "usd" | "eur" | "gbp" | "jpy" | "kwd" | "huf";

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly currency: Currency;
  readonly address: {
    readonly line1: string;
    readonly city: string;
    readonly postal_code: string;
    readonly country: string;
    readonly state?: string;
  };
}

interface Place {
  readonly currency: Currency;
  readonly country: string;
  readonly state?: string;
  readonly towns: readonly (readonly [city: string, postalCode: string])[];
  readonly names: readonly string[];
}

const places: Readonly<Record<Country, Place>> = {
  "US-CA": {
    currency: "usd",
    country: "US",
    state: "CA",
    towns: [
      ["Oakland", "94607"],
      ["San José", "95112"],
      ["Eureka", "95501"],
    ],
    names: [
      "Harbor Grid Co-op",
      "Peña & Daughters Solar",
      "O'Brien–Smith Pumps, Inc.",
      "Tidewater Analytics",
      "Redwood District Heating",
      "Night Shift Robotics",
      "Juniper Labs",
      "Salt Flat Storage",
      "Ninety-Nine Meters LLC",
      "Bay Crane & Hoist",
    ],
  },
  "US-WA": {
    currency: "usd",
    country: "US",
    state: "WA",
    towns: [
      ["Tacoma", "98402"],
      ["Spokane", "99201"],
    ],
    names: [
      "Cascade Ferries",
      "Evergreen Cold Chain",
      "Puget Ledger Works",
      "Snoqualmie Hydro",
      "Kitsap Instruments",
    ],
  },
  "US-TX": {
    currency: "usd",
    country: "US",
    state: "TX",
    towns: [
      ["Lubbock", "79401"],
      ["El Paso", "79901"],
    ],
    names: ["Llano Wind Partners", "Pecos Water Supply", "Lone Pine Compressors"],
  },
  DE: {
    currency: "eur",
    country: "DE",
    towns: [
      ["Köln", "50667"],
      ["Görlitz", "02826"],
      ["München", "80331"],
    ],
    names: [
      "Zoë & Söhne 🛠 GmbH",
      "Stadtwerke Übersee",
      "Großhandel Weiß KG",
      // NetSuite keeps 83 characters of a company's name.
      "Genossenschaft für Zählerablesung, Abrechnung und Wärmelieferung im Oberen Vogtland eG",
      "Łódź Pomiary",
      "İstanbul Ölçüm Europe",
    ],
  },
  GB: {
    currency: "gbp",
    country: "GB",
    towns: [
      ["Bristol", "BS1 4ST"],
      ["Leeds", "LS1 4DY"],
      ["Llanfairpwllgwyngyll", "LL61 5UJ"],
    ],
    names: [
      "Severn Tidal Ltd",
      "Ampersand & Sons",
      "Pennine Water Metering Ltd",
      "Dŵr a Gwres Cyf",
      "Humber Cold Stores plc",
      "O’Hara, Fitch & Co",
      "Northern Lights Charging CIC",
      "Thames Ditton Heat Network",
      "Isle of Mull Ferries",
      "The £1 Sensor Company",
    ],
  },
  JP: {
    currency: "jpy",
    country: "JP",
    towns: [
      ["大阪市", "530-0001"],
      ["札幌市", "060-0001"],
    ],
    names: ["株式会社さくらメーター", "北海道計量サービス合同会社", "㈱髙橋商店"],
  },
  KW: {
    currency: "kwd",
    country: "KW",
    towns: [["مدينة الكويت", "13001"]],
    names: ["شركة الخليج للقياس", "Gulf Desalination W.L.L."],
  },
  HU: {
    currency: "huf",
    country: "HU",
    towns: [["Győr", "9021"]],
    names: ["Kő és Fű Mérnöki Kft.", "Duna Hőszolgáltató Zrt."],
  },
};

/** Gives out people of a place one after another; the list begins again with a numbered name. */
export function openRegister(): (country: Country) => Person {
  const given = new Map<Country, number>();
  return (country) => {
    const number = given.get(country) ?? 0;
    given.set(country, number + 1);
    const { names, towns, currency, ...place } = places[country];
    const round = Math.floor(number / names.length);
    const name = names[number % names.length] ?? country;
    const [city, postal_code] = towns[number % towns.length] ?? ["", ""];
    const address = {
      line1: `${number + 1} ${city === "" ? "Main" : city} Street`,
      city,
      postal_code,
      country: place.country,
      ...(place.state === undefined ? {} : { state: place.state }),
    };
    const email = `billing+${country.toLowerCase()}-${number + 1}@example.com`;
    return { name: round === 0 ? name : `${name} ${round + 1}`, email, currency, address };
  };
}
