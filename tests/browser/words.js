// What the pages say, in any of their languages: read from the same files, so that the tests find what people read.
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const LOCALES = resolve(import.meta.dirname, '../../assets/locales');

export const LANGUAGES = readdirSync(LOCALES).map((file) => file.replace(/\.ftl$/, ''));

const bundles = new Map();

function bundle(language) {
  if (!bundles.has(language)) {
    const read = new FluentBundle(language, { useIsolating: language === 'ar' });
    const file = resolve(LOCALES, `${language}.ftl`);
    const errors = read.addResource(new FluentResource(readFileSync(file, 'utf8')));
    if (errors.length > 0) throw errors[0];
    bundles.set(language, read);
  }
  return bundles.get(language);
}

/** A function that says the words of a name in a language. */
export function words(language) {
  return (name, args = {}) => {
    const message = bundle(language).getMessage(name);
    if (!message?.value) throw new Error(`no words are called ${name} in ${language}`);
    return bundle(language).formatPattern(message.value, args, []);
  };
}

/** An amount of euros as CLDR has it for a language, with Latin digits. */
export function euros(language, amount) {
  return new Intl.NumberFormat(`${language}-u-nu-latn`, { style: 'currency', currency: 'EUR' }).format(amount);
}

/** Matches a text to the letter, at the beginning, at the end, or as a whole. A mark that ends what was inserted may follow. */
export function exactly(text, { from = false, to = false } = {}) {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s/g, '\\s');
  return new RegExp(`${from ? '^' : ''}${literal}${to ? '\u2069*$' : ''}`);
}

/** The English words that are other words in that language. */
export function englishOnly(language) {
  const [english, other] = [bundle('en'), bundle(language)];
  const plain = (of, value) => (typeof value === 'string' ? value : undefined);
  const names = readFileSync(resolve(LOCALES, 'en.ftl'), 'utf8').match(/^[a-z][a-z-]*(?= =)/gm);
  const pairs = names.map((name) => [plain(english, english.getMessage(name).value), plain(other, other.getMessage(name).value)]);
  return new Set(pairs.filter(([one, two]) => one && one !== two).map(([one]) => one));
}
