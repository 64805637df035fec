// The messages of the site in every language, read from the same files as the client's, so that tests find what users read.
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const LOCALES = resolve(import.meta.dirname, '../../assets/locales');

export const LANGUAGES = readdirSync(LOCALES).map((file) => file.replace(/\.ftl$/, ''));

const bundles = new Map();

function bundle(language) {
  if (!bundles.has(language)) {
    const loaded = new FluentBundle(language, { useIsolating: language === 'ar' });
    const file = resolve(LOCALES, `${language}.ftl`);
    const errors = loaded.addResource(new FluentResource(readFileSync(file, 'utf8')));
    if (errors.length > 0) throw errors[0];
    bundles.set(language, loaded);
  }
  return bundles.get(language);
}

/** A function that formats a message by its key. */
export function messages(language) {
  return (name, args = {}) => {
    const message = bundle(language).getMessage(name);
    if (!message?.value) throw new Error(`${language} has no message ${name}`);
    return bundle(language).formatPattern(message.value, args, []);
  };
}

/** An amount of euros in CLDR's format for a language, with Latin digits. */
export function euros(language, amount) {
  return new Intl.NumberFormat(`${language}-u-nu-latn`, { style: 'currency', currency: 'EUR' }).format(amount);
}

/** Matches a text literally, from the start, to the end, or both. Fluent's isolation mark may follow. */
export function exactly(text, { from = false, to = false } = {}) {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s/g, '\\s');
  return new RegExp(`${from ? '^' : ''}${literal}${to ? '\u2069*$' : ''}`);
}

/** The English messages that differ from those of a language. */
export function englishOnly(language) {
  const [english, other] = [bundle('en'), bundle(language)];
  const plain = (value) => (typeof value === 'string' ? value : undefined);
  const names = readFileSync(resolve(LOCALES, 'en.ftl'), 'utf8').match(/^[a-z][a-z-]*(?= =)/gm);
  // Those for mails are on no page.
  const shown = names.filter((name) => !name.startsWith('mail-'));
  const pairs = shown.map((name) => [plain(english.getMessage(name).value), plain(other.getMessage(name).value)]);
  return new Set(pairs.filter(([one, two]) => one && one !== two).map(([one]) => one));
}
