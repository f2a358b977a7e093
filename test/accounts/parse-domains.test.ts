import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { commonDomains, commonDomainsFor } from "../../src/accounts/domains/common.ts";
import { parseDomains } from "../../src/accounts/domains/parse.ts";
import { domainsIn } from "../reference/domains.ts";
import { DOMAIN_RULES } from "../sync/real-data.ts";
import { propertyRuns } from "../harness/counts.ts";

const own = ["sluice.example.com", "ourcompany.com"];
const lists = { common: commonDomains, own: new Set(own) };

/**
 * Formats as `acme.com !gmail.com common`, accepted and refused domains, so that a row is easy to
 * read.
 */
function read(text: string): string {
  const { accepted, refused } = parseDomains(text, lists);
  return [...accepted, ...refused.map((r) => `!${r.value} ${r.kind.slice("domain-".length)}`)].join(" ");
}

const readings: Readonly<Record<string, readonly (readonly [text: string, domains: string])[]>> = {
  "one value gives the registrable domain": [
    ["acme.com", "acme.com"],
    ["WWW.Acme.COM", "acme.com"],
    ["jane@mail.acme.co.uk", "acme.co.uk"],
    ["https://www.acme.com/about?x=1#top", "acme.com"],
    ["http://user:pass@acme.com:8080/", "acme.com"],
    ["mailto:jane@acme.com?subject=Hi", "acme.com"],
    ["//acme.com/x", "acme.com"],
    ["http:acme.com", "acme.com"],
    ["http:\\\\www.acme.com\\about", "acme.com"],
    ["@acme.com", "acme.com"],
    ["*.acme.com", "acme.com"],
    ["acme.com.", "acme.com"],
    ["acme.com...", "acme.com"],
    ["acme.com:443", "acme.com"],
    ['"acme.com"', "acme.com"],
    ["(https://acme.com)", "acme.com"],
    ["https://acme.com/people/jane@other.com", "acme.com"],
    ["https://jane@acme.com", "acme.com"],
    ["http://www.www.acme.com", "acme.com"],
    ["\u200bacme\u200d.com\ufeff", "acme.com"],
    ["acme。com", "acme.com"],
    ["ａｃｍｅ．ｃｏｍ", "acme.com"],
    ["jane＠acme.com", "acme.com"],
    ["bücher.de", "xn--bcher-kva.de"],
    ["https://www.BÜCHER.de/x", "xn--bcher-kva.de"],
    ["xn--bcher-kva.de", "xn--bcher-kva.de"],
    ["my_host.acme.com", "acme.com"],
    ["ac%6De%2Ecom", "acme.com"],
    ["b%C3%BCcher.de", "xn--bcher-kva.de"],
    ["paral·lel.cat", "xn--parallel-koa.cat"],
    ["हिन्दी.com", "xn--j2bd4cyah0f.com"],
    ["𝗮𝗰𝗺𝗲.𝗰𝗼𝗺", "acme.com"],
    ["http:／／acme．com＼about", "acme.com"],
    ["acme\u00ad.com\ufe0f", "acme.com"],
    ["URL:http://acme.com", "acme.com"],
    ["Website:www.acme.com/about us", "acme.com"],
    ["`acme.com`", "acme.com"],
    ["„acme.com“", "acme.com"],
    ["‚acme.com‘", "acme.com"],
    ["‹acme.com›", "acme.com"],
    ["»acme.com«", "acme.com"],
  ],
  suffixes: [
    ["rub.de", "rub.de"],
    ["www.rub.de", "rub.de"],
    ["cloudfront.net", "cloudfront.net"],
    ["acme.blogspot.com", "acme.blogspot.com"],
    ["www.chiesi.uk.com", "chiesi.uk.com"],
    ["uk.com", "uk.com"],
    ["bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"],
    ["s3.eu-west-1.amazonaws.com", "!s3.eu-west-1.amazonaws.com invalid"],
    ["https://www.gov.uk/government", "!https://www.gov.uk/government invalid"],
    ["a.www.gov.uk", "!a.www.gov.uk invalid"],
    ["co.uk", "!co.uk invalid"],
    ["leekes.co.ok", "!leekes.co.ok invalid"],
    ["intranet.internal", "!intranet.internal invalid"],
  ],
  "several values": [
    ["acme.com, acme.org;acme.net\nacme.io", "acme.com acme.org acme.net acme.io"],
    ["b.com a.com www.b.com", "b.com a.com"],
    ["acme.com，acme.org、acme.net；acme.io", "acme.com acme.org acme.net acme.io"],
    ["acme.com\u00a0acme.org\u2028acme.net\u3000acme.io", "acme.com acme.org acme.net acme.io"],
    ["https://www.wahaca.co.uk/ AND https://dftacos.co.uk/", "wahaca.co.uk dftacos.co.uk"],
    ["https://acme.com/Gender Pay report.com, other.com 2021.pdf", "acme.com"],
    ["https://acme.com/a www.acme.org/b jane@acme.net", "acme.com acme.org acme.net"],
    ["acme.org https://acme.com/a b.de", "acme.org acme.com"],
    ["https://www.children 1stdaynurseries.com", "!https://www.children 1stdaynurseries.com invalid"],
    ["www.children 1stdaynurseries.com", "!www.children 1stdaynurseries.com invalid"],
    ["Jane Doe <jane@acme.com>", "acme.com"],
    ['"Doe, J.R." <jane@acme.com>, <joe@acme.org>', "acme.com acme.org"],
    ["acme.net Jane <jane@acme.com>", "acme.net acme.com"],
    ["acme.com / acme.de", "acme.com acme.de"],
    ["acme.com \\ acme.de", "acme.com acme.de"],
    ["acme.com/,acme.fr/", "acme.com acme.fr"],
    ["acme.com/ acme.fr", "acme.com acme.fr"],
    ["https://acme.com acme.fr", "acme.com acme.fr"],
    ["acme.com /acme.fr", "acme.com acme.fr"],
    ["acme.com|acme.de", "acme.com acme.de"],
    ["acme.com || acme.de ｜ acme.fr", "acme.com acme.de acme.fr"],
    ["a@acme.com|b@acme.de", "acme.com acme.de"],
    ["a@acme.com/b@acme.de", "acme.com acme.de"],
    ["a@acme.com/acme.de/c@acme.fr", "acme.com acme.de acme.fr"],
    ["<a@acme.com>/<b@acme.de>", "acme.com acme.de"],
    ["mailto:a@acme.com/mailto:b@acme.de", "acme.com acme.de"],
    ["a@acme.com/sales", "acme.com"],
    ["acme.com or acme.de", "acme.com acme.de"],
    ["acme.com und acme.de + acme.fr & acme.io", "acme.com acme.de acme.fr acme.io"],
    ["acme.com -- acme.de", "acme.com acme.de"],
    ["1. acme.com\n2. acme.de\n* acme.fr", "acme.com acme.de acme.fr"],
    ["acme.com and/or acme.de", "acme.com acme.de"],
    ["www. acme.com", "acme.com"],
    ["https:// acme.com", "acme.com"],
    // A "/" between words without blanks begins a path, in which a value shows that it is one.
    ["acme.com/acme.de", "acme.com"],
    ["www.acme.com/www.acme.de/about", "acme.com acme.de"],
    ["http://acme.com/http://acme.de", "acme.com acme.de"],
    ["www.acme.com/info@acme.de", "acme.com acme.de"],
    ["https://acme.com/?mail=jane@other.com", "acme.com"],
    ["https://acme.com/login?next=/https://other.com", "acme.com"],
    ["https://acme.com/about us jane@acme.de", "acme.com acme.de"],
    ["acme.com،acme.org؛acme.net､acme.io", "acme.com acme.org acme.net acme.io"],
    ["acme.com\u0000acme.org\u001facme.net\u0085acme.io", "acme.com acme.org acme.net acme.io"],
    ["https://acme.com/a „www.acme.org“", "acme.com acme.org"],
    // Only a "/" starts a path: a question mark after a domain is more often a doubt than a query.
    ["acme.com? acme.org?", "acme.com acme.org"],
    ["acme.com?x=1 acme.org", "acme.com acme.org"],
  ],
  "words around values": [
    ["see our page at acme.com please", "acme.com"],
    ["acme.com (main)", "acme.com"],
    ["acme.com (main), acme.de (shop, e.g. for spares).", "acme.com acme.de"],
    ["N/A - see acme.com", "acme.com"],
    ["E-Mail: jane@acme.com, Web: acme.de", "acme.com acme.de"],
    ["E-Mail/jane@acme.com", "acme.com"],
    ["Acme Inc. (U.S.A.) acme.com", "acme.com"],
    ["acme.com gmail.com junk", "acme.com !gmail.com common"],
    ["please write to jane@gmail.com", "!gmail.com common"],
    ["ours is acme.con, theirs acme.de", "acme.de !acme.con invalid"],
    ["acme.com @acme jane@acme", "acme.com !@acme invalid !jane@acme invalid"],
    ["acme.com 10.0.0.1 http://intranet/x", "acme.com !10.0.0.1 invalid !http://intranet/x invalid"],
    ["acme.com /about", "acme.com"],
  ],
  "texts without a value": [
    ["junk junk", "!junk junk invalid"],
    ["  we have\tno page\nyet ", "!we have no page yet invalid"],
    ["acme.con or acme.cmo", "!acme.con or acme.cmo invalid"],
    ["N/A", "!N/A invalid"],
    ["/", ""],
    [`no ${"very ".repeat(60)}`, `!${`no ${"very ".repeat(60)}`.slice(0, 200)} invalid`],
  ],
  "links as mail programs and Markdown paste them": [
    ["www.acme.com<http://www.acme.com/>", "acme.com"],
    ["jane@acme.com<mailto:jane@acme.com>", "acme.com"],
    ["J.Li<j.li@acme.com>", "acme.com"],
    ["Acme Ltd <https://www.acme.com/about us>", "acme.com"],
    ["www.acme.com<https://eur01.safelinks.protection.outlook.com/?url=x>", "acme.com"],
    ["acme.net Acme <https://acme.com/>", "acme.net acme.com"],
    ["[acme](https://acme.com)", "acme.com"],
    ["[Acme Ltd](https://www.acme.com/about), [Jane](mailto:jane@acme.net)", "acme.com acme.net"],
  ],
  "common and own domains": [
    ["jane@gmail.com", "!gmail.com common"],
    ["https://outlook.com/", "!outlook.com common"],
    ["acme.onmicrosoft.com", "!onmicrosoft.com common"],
    ["x@privaterelay.appleid.com", "!privaterelay.appleid.com common"],
    ["appleid.com", "appleid.com"],
    ["starbucks.com", "starbucks.com"],
    ["https://docs.google.com/", "google.com"],
    ["jane@eu.ourcompany.com", "!ourcompany.com own"],
    ["sluice.example.com", "!sluice.example.com own"],
    ["example.com", "!example.com common"],
    ["https://www.example.org/about", "!example.org common"],
    ["someone@mail.example.net", "!example.net common"],
    ["noemail@noemail.com", "!noemail.com common"],
  ],
  "pages on other people's sites": [
    ["linkedin.com/company/acme", "!linkedin.com common"],
    ["https://de.linkedin.com/company/acme/", "!linkedin.com common"],
    ["LinkedIn.com/Company/Acme", "!linkedin.com common"],
    ["linkedin.com\\company\\acme", "!linkedin.com common"],
    ["facebook.com/x", "!facebook.com common"],
    ["https://m.facebook.com/profile.php?id=1", "!facebook.com common"],
    ["https://pt-br.facebook.com/x", "!facebook.com common"],
    ["https://twitter.com/#!/acme", "!twitter.com common"],
    ["https://www.tiktok.com/@acme", "!tiktok.com common"],
    ["https://fr.m.wikipedia.org/wiki/Acme", "!wikipedia.org common"],
    ["sites.google.com/view/x", "!sites.google.com common"],
    ["https://www.google.com/maps/place/Acme/@52.5,13.4,17z", "!google.com common"],
    ["https://www.google.de/search?q=acme", "!google.de common"],
    ["https://www.amazon.co.uk/stores/Acme", "!amazon.co.uk common"],
    ["acme.sharepoint.com", "!sharepoint.com common"],
    ["http://acme.wordpress.com/", "!wordpress.com common"],
    ["facebook.com/www.acme.com", "acme.com !facebook.com common"],
    ["acme.com, www.facebook.com/acme", "acme.com !facebook.com common"],
  ],
  "sites of those who run them": [
    ["https://www.facebook.com", "facebook.com"],
    ["https://www.facebook.com/", "facebook.com"],
    ["https://www.facebook.com/?ref=logo", "facebook.com"],
    ["sales@facebook.com", "facebook.com"],
    ["jane@linkedin.com", "linkedin.com"],
    ["https://news.linkedin.com/about-us", "linkedin.com"],
    ["https://www.google.com/intl/en/about", "google.com"],
    ["sites.google.com", "google.com"],
    ["https://www.amazon.com/about", "amazon.com"],
    ["wordpress.com", "wordpress.com"],
    ["www.mylinkedin.com/company", "mylinkedin.com"],
  ],
};

describe.each(Object.entries(readings))("%s", (_what, rows) => {
  test.each(rows)("%j → %s", (text, domains) => {
    expect(read(text)).toBe(domains);
  });
});

const junk: readonly string[] = [
  "-",
  "n/a",
  "Acme",
  "10.0.0.1",
  "http://10.86.1.109:5503/x",
  "http://[2001:db8::1]/",
  "2001:db8::1",
  "http://https://www.acme.com/",
  "http://www/acme.com",
  "http://www.:qEu?#.com",
  "acme..com",
  "-acme-.com",
  "ac_me.com",
  "www..acme.com",
  "-x.acme.com",
  "x-.acme.com",
  "xn--a.com",
  "xn--acme.com",
  "xn--zzzzzzzz.com",
  "xn--.com",
  "foo.xn--a.com",
  "-müller.de",
  "a·b.cat",
  "•acme.com",
  "–acme.com",
  "acme.com—beta.com",
  "acme.com•beta.com",
  "acme.com‚beta.com",
  "https://acme›report.com",
  "https://www.acme.com›report",
  "acme’s.com",
  "acme®.com",
  "acme™.com",
  "①acme.com",
  "acme‑corp.com",
  "acme.com…",
  "ac\u3164me.com",
  "☃.com",
  "💩.la",
  "acme.com%20",
  "acme.com%2Fabout",
  "acme%252Ecom",
  "jane%40acme.com",
  "%zz.com",
  "1.2.3.%34",
  "http:https://acme.com",
  "url:",
  "ac me",
  `${"a".repeat(64)}.com`,
  `${"a.".repeat(130)}com`,
];

describe("what is no domain", () => {
  test.each(junk)("%j", (text) => {
    const { accepted, refused } = parseDomains(text, lists);
    expect(accepted).toEqual([]);
    expect(new Set(refused.map((r) => r.kind))).toEqual(new Set(["domain-invalid"]));
  });

  it("finds nothing in blank text", () => {
    expect(parseDomains(" \u200b\t,;\n\u3000", lists)).toEqual({ accepted: [], refused: [] });
  });
});

describe("common domains", () => {
  test.each(
    (
      "aliceadsl.fr bbox.fr bezeqint.net bredband.net cantv.net centurylink.net comhem.se disroot.org fastwebnet.it fibertel.com.ar " +
      "hey.com hinet.net hispeed.ch iol.ie mailbox.org mediacombb.net mozmail.com net.hr netcabo.pt netvigator.com " +
      "netvision.net.il numericable.fr otenet.gr prodigy.net.mx proximus.be riseup.net saunalahti.fi scarlet.be siol.net skiff.com " +
      "startmail.com suddenlink.net sympatico.ca talktalk.net telkomsa.net telus.net tin.it tutamail.com tutanota.com"
    ).split(" "),
  )("%s is common though the list we start from lacks it", (domain) => {
    expect(read(`jane@${domain}`)).toBe(`!${domain} common`);
  });

  test.each(["globo.com", "virginmedia.ie", "fastweb.it", "telkom.co.za"])(
    "%s is a provider's own, for those who work there",
    (domain) => expect(read(domain)).toBe(domain),
  );

  it("lets a workspace correct the list", () => {
    const common = commonDomainsFor({ add: ["Shared.example"], remove: ["gmail.com"] });
    expect(common.has("shared.example")).toBe(true);
    expect(parseDomains("a@gmail.com", { common, own: new Set() }).accepted).toEqual(["gmail.com"]);
    expect(commonDomains.has("gmail.com")).toBe(true);
  });

  it("lets a workspace accept a site with the pages of others, and list one more", () => {
    const common = commonDomainsFor({ add: ["acme.com"], remove: ["facebook.com", "google.com"] });
    const { accepted, refused } = parseDomains(
      "jane@acme.com facebook.com/x https://sites.google.com/view/x https://linkedin.com/company/x",
      { common, own: new Set() },
    );
    expect(accepted).toEqual(["facebook.com", "google.com"]);
    expect(refused.map(({ value }) => value)).toEqual(["acme.com", "linkedin.com"]);
  });
});

describe("whatever comes", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.webUrl(),
    fc.emailAddress(),
    fc
      .array(
        fc.constantFrom(
          "www.",
          "acme",
          ".",
          "com",
          "co.uk",
          "@",
          "/",
          ":",
          "<",
          ">",
          " ",
          ",",
          "ü",
          "。",
          "xn--",
          "·",
          "–",
          "-",
          "_",
          "%2E",
          "?",
          "[",
          "](",
          ")",
          "„",
          "\u0000",
          "J.",
          "web:",
          "|",
          " / ",
          "//",
          "http://",
          "jane@acme.com",
          "junk ",
          "e.g.",
          "#!/",
          "linkedin.com/",
          "de.facebook.com/x",
          "google.com/maps/place",
          ".wordpress.com",
          "example.com",
          "gmail.com",
          "ourcompany.com",
        ),
        { maxLength: 14 },
      )
      .map((parts) => parts.join("")),
  );

  it("never throws and accepts only registrable names in lower-case ASCII", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const domain of parseDomains(text, lists).accepted) {
          expect(domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
          expect(commonDomains.has(domain)).toBe(false);
        }
      }),
      propertyRuns(1000, 3000),
    );
  });

  it("agrees with the reference model", () => {
    const rules = { ...DOMAIN_RULES, own };
    const byProduct = (text: string) => {
      const { accepted, refused } = parseDomains(text, lists);
      return new Set([...accepted, ...refused.map(({ kind, value }) => `${kind} ${value}`)]);
    };
    const byModel = (text: string) =>
      new Set(
        domainsIn(text, rules).map((one) => ("domain" in one ? one.domain : `${one.refused} ${one.value}`)),
      );
    const texts = [...Object.values(readings).flatMap((rows) => rows.map(([text]) => text)), ...junk];
    expect(texts.map((text) => [text, byProduct(text)])).toEqual(texts.map((text) => [text, byModel(text)]));
    fc.assert(
      fc.property(anyText, (text) => {
        expect(byProduct(text)).toEqual(byModel(text));
      }),
      propertyRuns(1000, 3000),
    );
  });

  it("reads its own output back unchanged", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { accepted } = parseDomains(text, lists);
        expect(parseDomains(accepted.join(", "), lists)).toEqual({ accepted, refused: [] });
      }),
      propertyRuns(1000, 3000),
    );
  });
});
