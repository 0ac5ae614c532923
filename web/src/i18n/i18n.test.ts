import { describe, expect, it } from "vitest";
import { localeFor, preferredLanguage } from ".";
import en from "./en.json";
import es from "./es.json";
import pt from "./pt.json";

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") out.set(prefix + key, value);
    else for (const [k, v] of flatten(value, `${prefix}${key}.`)) out.set(k, v);
  }
  return out;
}

const plural = /_(zero|one|two|few|many|other)$/;
const slots = (text: string) => [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((m) => m[1]).sort();

const dictionaries = { es: flatten(es), en: flatten(en), pt: flatten(pt) };
const keysOf = (d: Map<string, string>) => new Set([...d.keys()].map((key) => key.replace(plural, "")));

describe.each(Object.entries(dictionaries))("the dictionary %s", (language, dictionary) => {
  it("has the keys of the Spanish one and no others", () => {
    expect([...keysOf(dictionary)].sort()).toEqual([...keysOf(dictionaries.es)].sort());
  });

  it("has no empty text", () => {
    for (const [key, text] of dictionary) expect(text.trim(), key).not.toBe("");
  });

  it("fills the same slots", () => {
    for (const [key, text] of dictionary) {
      const spanish = dictionaries.es.get(key) ?? dictionaries.es.get(key.replace(plural, "_other"));
      expect(slots(text), key).toEqual(slots(spanish ?? ""));
    }
  });

  it("has every plural form of its language", () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const stems = new Set(
      [...dictionary.keys()].filter((k) => plural.test(k)).map((k) => k.replace(plural, "")),
    );
    expect(stems.size).toBeGreaterThan(0);
    for (const stem of stems) {
      for (const form of forms) expect(dictionary.has(`${stem}_${form}`), `${stem}_${form}`).toBe(true);
    }
  });
});

describe("the language", () => {
  it.each([
    ["the stored choice wins", "pt", ["en-US"], "pt"],
    ["an unknown stored choice does not", "fr", ["en-US"], "en"],
    ["the first spoken language of the browser", null, ["fr", "pt-BR", "en"], "pt"],
    ["Spanish when nothing fits", null, ["fr", "de"], "es"],
    ["a name of Object's is no language", "constructor", [], "es"],
  ])("%s", (_, stored, wanted, expected) => {
    expect(preferredLanguage(stored, wanted)).toBe(expected);
  });

  it("keeps the browser's regional variant for dates", () => {
    expect(localeFor("es", ["en-US", "es-MX"])).toBe("es-MX");
    expect(localeFor("pt", ["es-MX"])).toBe("pt");
  });
});
