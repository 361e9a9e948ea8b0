import { describe, expect, it } from 'vitest';
import { encodingFor } from './compressed-answer.ts';

describe('the encoding of an answer', () => {
  it.each([
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['BR ; q=0.5 , gzip;q=1.0', 'gzip'],
    ['gzip;q=0', null],
    ['*', 'br'],
    ['*;q=0.1, br;q=0', 'gzip'],
    ['gzip;q=many', null],
  ])('[W-FEED-9] for "%s" is %s', (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });
});
