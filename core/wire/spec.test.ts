import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

function rulesOfSpec(): string[] {
  const text = readFileSync(join(import.meta.dirname, 'SPEC.md'), 'utf8');
  return [...text.matchAll(/^- \*\*(W-[A-Z]+-\d+)\*\*/gm)].map(([, rule]) => rule ?? '');
}

function rulesCitedByTests(): Set<string> {
  const cited = new Set<string>();
  for (const folder of ['core', 'kiosk', 'sync-service']) {
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.test.ts') || path.includes('node_modules')) continue;
      const text = readFileSync(join(root, folder, path), 'utf8');
      for (const [, rule] of text.matchAll(/\[(W-[A-Z]+-\d+)\]/g)) cited.add(rule ?? '');
    }
  }
  return cited;
}

describe('the rules of the wire', () => {
  it('are numbered once each', () => {
    const rules = rulesOfSpec();
    expect(rules.length).toBeGreaterThan(30);
    expect(new Set(rules).size).toBe(rules.length);
  });

  it('are each shown by a test, and no test cites a rule that is not there', () => {
    expect([...rulesCitedByTests()].sort()).toEqual([...rulesOfSpec()].sort());
  });
});
