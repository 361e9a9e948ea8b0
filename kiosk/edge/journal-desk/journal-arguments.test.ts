import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { journalUsage, readJournalArguments } from './journal-arguments.ts';

const operator = '01900000-0000-7000-8000-000000000077';
const read = (line: string) => readJournalArguments(`--config edge.json ${line}`.split(' '));

it.each([
  ['status --json', { command: 'status' }],
  ['ticket 17', { command: 'ticket', no: 17, operator: 'BORNE' }],
  [`ticket 17 --operator ${operator}`, { command: 'ticket', no: 17, operator }],
  [
    'list --from 2026-01-01 --to 2026-02-01',
    { command: 'list', from: '2026-01-01', to: '2026-02-01', operator: 'BORNE' },
  ],
  [
    'archive --from 2026-01-01 --to 2027-01-01 --to-folder stick --yearly',
    { command: 'archive', from: '2026-01-01', to: '2027-01-01', folder: resolve('stick'), yearly: true },
  ],
  ['archive --again 3 --to-folder stick', { command: 'archive-again', no: 3, folder: resolve('stick') }],
  ['verify', { command: 'verify' }],
  ['close', { command: 'close' }],
  [`confirm-clock --operator ${operator}`, { command: 'confirm-clock', operator }],
  [`rotate-key --operator ${operator}`, { command: 'rotate-key', operator }],
  [`practice start --operator ${operator}`, { command: 'practice-start', operator }],
  ['practice stop', { command: 'practice-stop' }],
  [`practice stop --operator ${operator}`, { command: 'practice-stop', operator }],
  [`purge --years 10 --operator ${operator}`, { command: 'purge', years: 10, operator }],
])('understands %s', (line, request) => {
  expect(read(line)).toEqual({
    ok: true,
    value: { config: 'edge.json', json: line.endsWith('--json'), request },
  });
});

it.each([
  ['', /^Say what to do\./],
  ['burn', /^There is no command burn\./],
  ['constructor', /^There is no command constructor\./],
  ['ticket', /^Say the number of the taking: ticket 17\.$/],
  ['ticket 0', /numbers begin at 1/],
  ['ticket 1.5', /no: .*/],
  ['ticket one', /no: .*/],
  ['ticket 1 2', /^ticket takes no "2"\.$/],
  ['ticket 1 --operator Marie', /operator: /],
  ['status --years 6', /^status takes no --years\.$/],
  ['status --force', /--force/],
  ['list --from 2026-01-01', /^list needs --to\.$/],
  ['list --from 2026-02-30 --to 2026-03-01', /from: a day is written 2026-11-22/],
  ['list --from 1/2/2026 --to 2026-03-01', /from: a day is written 2026-11-22/],
  ['archive', /^archive needs --from and --to and --to-folder\.$/],
  ['archive --from 2026-01-01 --to 2027-01-01', /^archive needs --to-folder\.$/],
  ['archive --again 1 --from 2026-01-01 --to-folder stick', /^archive --again takes no --from\.$/],
  ['archive --again 1', /^archive --again needs --to-folder\.$/],
  ['confirm-clock', /^confirm-clock needs --operator\.$/],
  ['rotate-key --operator BORNE', /say by its id which member of staff/],
  [`purge --operator ${operator}`, /^purge needs --years\.$/],
  [`purge --years 5 --operator ${operator}`, /six full years at least/],
  ['practice', /^There is no command practice\./],
  ['practice maybe', /^There is no command practice maybe\./],
  ['practice start', /^practice start needs --operator\.$/],
  ['practice start --operator Marie', /operator: /],
  ['practice stop now', /^practice stop takes no "now"\.$/],
  ['verify now', /^verify takes no "now"\.$/],
])('says what is wrong with "%s"', (line, sentence) => {
  const call = readJournalArguments(['--config', 'edge.json', ...line.split(' ').filter(Boolean)]);
  expect(call).toEqual({ ok: false, error: expect.stringMatching(sentence) });
});

it('asks for the configuration, and shows every command', () => {
  expect(readJournalArguments(['status'])).toEqual({
    ok: false,
    error: `Say which configuration file the till has: --config FILE.\n${journalUsage}`,
  });
});
