import { describe, expect, it } from 'vitest';
import { contrastRatio } from './contrast.ts';
import {
  brands,
  contrastPairs,
  fontSizeMm,
  kioskType,
  kioskVariables,
  lookVariables,
  screenGeometry,
} from './tokens.ts';

describe('contrast', () => {
  it('agrees with the published extremes', () => {
    expect(contrastRatio('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
    expect(contrastRatio('#767676', '#FFFFFF')).toBeCloseTo(4.54, 2);
  });

  for (const pair of contrastPairs()) {
    it(`${pair.where} reaches ${pair.least}:1`, () => {
      expect(contrastRatio(pair.front, pair.back)).toBeGreaterThanOrEqual(pair.least);
    });
  }
});

describe('geometry', () => {
  it('gives the millimetres of the panels of the enclosure drawing', () => {
    expect(screenGeometry(24).pxPerMm).toBeCloseTo(3.61, 2);
    expect(screenGeometry(21.5).widthMm).toBeCloseTo(268, 0);
    expect(screenGeometry(32).heightMm).toBeCloseTo(708, 0);
  });

  it('puts the touch band of a 24 inch panel in its lowest 1012 pixels', () => {
    const { touchBandMm, pxPerMm } = screenGeometry(24);
    expect(Math.round(touchBandMm * pxPerMm)).toBe(1012);
  });
});

describe('type', () => {
  it('is never smaller than a capital of 5.2 mm (EN 301 549 5.1.4, 508 at 600 mm)', () => {
    for (const { capitalMm } of Object.values(kioskType)) expect(capitalMm).toBeGreaterThanOrEqual(5.2);
  });

  it('turns a capital height into a font size', () => {
    expect(fontSizeMm('small') * screenGeometry(24).pxPerMm).toBeCloseTo(28, 0);
  });
});

describe('brands', () => {
  it('stay inside what a brand may change', () => {
    for (const brand of Object.values(brands)) {
      expect(brand.headingWidth).toBeGreaterThanOrEqual(96);
      expect(brand.headingWidth).toBeLessThanOrEqual(112);
      expect(brand.radiusMm).toBeGreaterThanOrEqual(2);
      expect(brand.radiusMm).toBeLessThanOrEqual(6.5);
    }
  });

  it('define the same variables', () => {
    const names = Object.keys({ ...lookVariables('cadence'), ...kioskVariables('cadence', 24) });
    expect(Object.keys({ ...lookVariables('elan'), ...kioskVariables('elan', 32) })).toEqual(names);
  });
});
