import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import {
  consentPurposes,
  consentWordings,
  consentWordingVersion,
} from '@portillon/core/sale/consent-wordings.ts';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { catalogues, type MessageId } from './words.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
  .map((path) => readFileSync(join(folder, path), 'utf8'))
  .join('\n');
const french = Object.entries(catalogues.fr);
const english = Object.entries(catalogues.en);

const asking = {
  photo: [
    'photo.question',
    'photo.lead',
    'photo.facts.see',
    'photo.facts.compare',
    'photo.facts.keep',
    'photo.consent-yes',
  ],
  news: ['consents.question', 'consents.lead', 'consents.free-title', 'consents.free-text', 'consents.yes'],
} as const;

describe('the catalogues', () => {
  it('[CL2] ask for a consent in the words whose digest is kept with the answer', () => {
    for (const purpose of consentPurposes) {
      for (const language of ['fr', 'en'] as const) {
        const shown = asking[purpose].map((id) => catalogues[language][id]);
        // A changed sentence is a new version there; the old one stays.
        expect(consentWordings[consentWordingVersion]?.[purpose][language]).toEqual(shown);
        expect(consentWordingDigest(purpose, consentWordingVersion, language)).toMatch(/^[0-9a-f]{64}$/);
      }
    }
    expect(consentWordingDigest('news', 'another', 'fr')).toBeNull();
  });

  it('have the same ids', () => {
    expect(Object.keys(catalogues.en).sort()).toEqual(Object.keys(catalogues.fr).sort());
  });

  it('take the same values in both languages', () => {
    const values = (text: string) =>
      [...new Set([...text.matchAll(/(?<!one |other |pass )\{(\w+)[,}]/g)].map(([, name]) => name))].sort();
    for (const id of Object.keys(catalogues.fr) as MessageId[]) {
      expect(values(catalogues.en[id]), id).toEqual(values(catalogues.fr[id]));
    }
  });

  it('can be read by the formatter', () => {
    for (const [language, entries] of [['fr', french] as const, ['en', english] as const]) {
      for (const [, text] of entries) expect(() => new IntlMessageFormat(text, language)).not.toThrow();
    }
  });

  it('have no message that nothing shows', () => {
    const families = [...sources.matchAll(/`([a-zA-Z.-]+\.)\$\{[^}]+\}([a-zA-Z.-]*)`/g)].map(
      ([, start = '', end = '']) => ({ start, end }),
    );
    const used = (id: string) =>
      sources.includes(`'${id}'`) ||
      families.some(
        ({ start, end }) => id.startsWith(start) && id.endsWith(end) && !start.startsWith('problem'),
      );
    const unused = french.map(([id]) => id).filter((id) => !used(id) && !id.startsWith('problem.'));
    expect(unused).toEqual([]);
  });
});

/** Messages that break a rule, with their ids. */
function offending(entries: readonly [string, string][], rule: RegExp): string[] {
  return entries
    .filter(([, text]) => rule.test(text.replace(/\{[^{}]*\}/g, '')))
    .map(([id, text]) => `${id}: ${text}`);
}

describe('French', () => {
  it.each([
    ['has a narrow no-break space before ? ! : ; and »', /[^\s\u202f][?!;»]|[ \u00a0][?!:;»]/],
    ['has a narrow no-break space after «', /«[^\u202f]/],
    ['has typographic apostrophes and ellipses', /'|\.\.\./],
    ['does not end a line at the hyphen of a question', /-(vous|nous|je|tu|il|elle|on)\b/],
  ])('%s', (_promise, broken) => {
    expect(offending(french, broken)).toEqual([]);
  });
});

describe('English', () => {
  it('has typographic apostrophes and ellipses', () => {
    expect(offending(english, /'|\.\.\./)).toEqual([]);
  });
});

/** Words that blame, beg or belong to machines (rules of the kiosk's wording). */
const banned = {
  fr: /\b(s’il vous plaît|désolé|navré|valide|invalide|oups|interdit|obligatoire|session|authentification|cliquez)\b/i,
  en: /\b(please|sorry|valid|invalid|oops|forbidden|must|session|authentication|click)\b/i,
};

describe('tone', () => {
  it('neither blames nor begs', () => {
    expect(offending(french, banned.fr)).toEqual([]);
    expect(offending(english, banned.en)).toEqual([]);
  });

  it('keeps sentences short: at most 14 words', () => {
    const long = [...french, ...english].flatMap(([id, text]) =>
      text
        .replace(/\{[^{}]*\}/g, 'X')
        .split(/[.?!:]/)
        .filter((sentence) => sentence.trim().split(/\s+/).length > 14)
        .map((sentence) => `${id}: ${sentence}`),
    );
    expect(long).toEqual([]);
  });
});
