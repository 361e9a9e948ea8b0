import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

it('writes canonical JSON as the example of RFC 8785 §3.2.2', () => {
  const value: unknown = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`);
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

it('is the same text whatever the order of the keys', () => {
  expect(canonicalJson({ b: 1, a: { d: 2, c: 3 } })).toBe(canonicalJson({ a: { c: 3, d: 2 }, b: 1 }));
});

it('refuses what JSON cannot say', () => {
  expect(() => canonicalJson(undefined)).toThrow('canonical form');
  expect(() => canonicalJson({ a: Number.NaN })).toThrow();
});
