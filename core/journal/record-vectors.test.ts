import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { sha256Hex } from '../crypto/digest.ts';
import { fiscalSignatureHolds, keyId, receiptCharacters } from './fiscal-key.ts';
import { layouts, type RecordKind, readFields, recordText } from './record-layout.ts';
import vectors from './vectors/journal.json' with { type: 'json' };

const kindOfText = (text: string): RecordKind => {
  const kind = Object.keys(layouts).find((each) => text.startsWith(`${each},`));
  if (kind !== 'T1' && kind !== 'D1' && kind !== 'C1') throw new Error(`no vector is a ${kind}`);
  return kind;
};

describe('records made apart from this code', () => {
  it.each(vectors.records)(
    '[FJ1] $name: the string is made of its fields, and read into them',
    ({ text }) => {
      const kind = kindOfText(text);
      const fields = readFields(kind, text);
      if (!fields) throw new Error('the string could not be read');
      expect(recordText(kind, fields)).toBe(text);
    },
  );

  it.each(vectors.records)('[FJ6] $name: the published signature holds', ({ text, signature }) => {
    expect(fiscalSignatureHolds(vectors.publicKey, text, signature)).toBe(true);
    expect(fiscalSignatureHolds(vectors.publicKey, `${text} `, signature)).toBe(false);
  });

  it.each(vectors.records.filter(({ payload }) => payload !== null))(
    '[FJ8] $name: the payload is canonical and its digest stands in the string',
    ({ text, payload }) => {
      expect(canonicalJson(JSON.parse(payload ?? ''))).toBe(payload);
      expect(text.split(',')).toContain(sha256Hex(payload ?? ''));
    },
  );

  it.each(vectors.records.filter(({ receiptCharacters: shown }) => shown !== null))(
    '[FJ7] $name: the receipt shows $receiptCharacters',
    ({ signature, receiptCharacters: shown }) => {
      expect(receiptCharacters(signature)).toBe(shown);
    },
  );

  it('[FJ6] the key is known by its public part', () => {
    expect(keyId(Buffer.from(vectors.publicKey, 'base64'))).toBe(vectors.kid);
  });

  it('[FJ5] the second taking carries the signature of the first', () => {
    const [first, second] = vectors.records;
    expect(readFields('T1', first?.text ?? '')).toMatchObject({ no: '1', first: 'O', prev: '' });
    expect(readFields('T1', second?.text ?? '')).toMatchObject({
      no: '2',
      first: 'N',
      prev: first?.signature,
      perp: '0',
      perpAbs: '5980',
    });
  });
});
