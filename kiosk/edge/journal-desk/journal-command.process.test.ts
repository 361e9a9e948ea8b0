import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { addDays } from '@portillon/core/journal/fiscal-time.ts';
import { bundleProgram } from '@portillon/sync-service/test/bundle.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyArchive } from '../../../tools/verify-journal/verify-journal.mjs';
import { EdgeStore } from '../../store/edge-store.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { sellSome } from '../../store/test/sample-journal.ts';
import { sampleClub, sampleId, sampleIdentity } from '../../store/test/sample-records.ts';
import { sampleOperator, sampleTill } from '../../store/test/sample-takings.ts';

/** The programs as they are started on a box: an edge with a journal, killed as the power would, and the journal's own. */
let journalProgram: string;
let edgeProgram: string;
let folder: string;
let config: string;
const edges = new Set<ChildProcess>();

/** The day before yesterday: over in any zone. */
const day = addDays(new Date(systemClock.wallMs()).toISOString().slice(0, 10), -2);

beforeAll(async () => {
  journalProgram = await bundleProgram('kiosk/edge/journal-program.ts');
  edgeProgram = await bundleProgram('kiosk/edge/edge-program.ts');
  folder = await mkdtemp(join(tmpdir(), 'portillon books '));
  config = join(folder, 'edge.json');
  await writeFile(
    config,
    JSON.stringify({
      name: sampleTill.till,
      stateFolder: 'state',
      baseUrl: 'http://127.0.0.1:1',
      bridge: { port: 0 },
      screen: {
        diagonalInches: 24,
        terminalSide: 'right',
        cardSlotSide: 'right',
        receiptSlotSide: 'right',
      },
      devices: {
        terminal: { model: 'caisse-ap', address: 'tcp://127.0.0.1:1' },
        dispenser: { model: 'crt-591', address: 'tcp://127.0.0.1:1' },
        gates: [],
      },
    }),
  );
  const clock = new VirtualClock(Date.parse(`${day}T07:00:00Z`));
  const store = await openStore(clock);
  await store.saveIdentity(sampleIdentity());
  const { legalEntity } = sampleClub();
  const record = sampleClub({ legalEntity: { ...legalEntity, siret: sampleTill.est } });
  await store.applyFeed(
    [{ version: 1, change: { kind: 'club', id: sampleId(3), record } }],
    1,
    clock.wallMs(),
  );
  const journal = await store.openJournal(sampleTill);
  if (!journal.ok) throw new Error(journal.error.detail);
  await sellSome(store, journal.value, clock, day);
  await store.close();
}, 60_000);

afterAll(async () => {
  for (const edge of edges) edge.kill('SIGKILL');
  await Promise.all([...edges].map(ended));
  await rm(folder, { recursive: true, force: true });
  for (const program of [journalProgram, edgeProgram]) await rm(dirname(program), { recursive: true });
});

async function openStore(clock: VirtualClock): Promise<EdgeStore> {
  const opened = await EdgeStore.open({
    folder: join(folder, 'state'),
    clock,
    random: new SeededRandom(5),
    log: new RecordedLog(),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [journalProgram, ...args], { cwd: folder });
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  return { code: await ended(child), out, err };
}
const journal = (...args: string[]) => run('--config', config, ...args);

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('close', resolve);
  });
}

/** Resolves once the edge says that it has started. */
async function startEdge(): Promise<ChildProcess> {
  const edge = spawn(process.execPath, [edgeProgram, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  edges.add(edge);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    edge.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-20_000);
      if (said.includes('"edge.started"')) resolve();
    });
    edge.once('close', () => reject(new Error(`the edge ended: ${said}`)));
  });
  return edge;
}

async function stopEdge(edge: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  edge.kill(signal);
  const code = await ended(edge);
  edges.delete(edge);
  return code;
}

it('[R-14] gives a taking of a till that does not run, well under a minute from the call', async () => {
  const startedMs = systemClock.monotonicMs();
  const { code, out, err } = await journal('ticket', '1', '--json', '--operator', sampleOperator);
  expect(systemClock.monotonicMs() - startedMs).toBeLessThan(20_000);
  expect({ code, err }).toEqual({ code: 0, err: 'The till does not run; its books were opened here:\n' });
  expect(JSON.parse(out)).toMatchObject({
    no: 1,
    taking: { total: 4_045, till: 'B01' },
    signatureHolds: true,
    undoneBy: [{ no: 3 }],
    duplicates: [{ copyNo: 1 }, { copyNo: 2 }],
    accessEvent: expect.any(Number),
  });
}, 60_000);

it('serves at the running edge, whose archive holds; and again after the edge was killed', async () => {
  const edge = await startEdge();
  const ticket = await journal('ticket', '3');
  expect(ticket).toMatchObject({ code: 0, err: 'The running till answers:\n' });
  expect(ticket.out).toContain('Taking 3  AVOIR of taking 1');
  const list = await journal('list', '--from', day, '--to', addDays(day, 1));
  expect(list.out).toContain('3 takings, total 7.50');
  const made = await journal(
    'archive',
    '--from',
    day,
    '--to',
    addDays(day, 1),
    '--to-folder',
    'stick',
    '--json',
  );
  expect(made).toMatchObject({ code: 0, err: 'The running till answers:\n' });
  const { folder: archive, anchor } = JSON.parse(made.out);
  expect(dirname(archive)).toBe(join(folder, 'stick'));
  expect(verifyArchive(archive, { anchor })).toMatchObject({ ok: true, counts: { T: 3 } });
  expect((await journal('archive', '--from', day, '--to', '2999-01-01', '--to-folder', 'stick')).code).toBe(
    1,
  );
  expect(await journal('verify')).toMatchObject({
    code: 0,
    out: expect.stringContaining('The journal holds'),
  });
  const status = JSON.parse((await journal('status', '--json')).out);
  expect(status).toMatchObject({ software: '0.1.0', fault: null });
  expect(status.chains).toContainEqual({ chain: 'T', count: 3, lastNo: 3, purgedThrough: 0 });

  await stopEdge(edge, 'SIGKILL');
  expect(existsSync(join(folder, 'state', 'journal.sock'))).toBe(true);
  expect(await journal('ticket', '1')).toMatchObject({
    code: 0,
    err: expect.stringContaining('does not run'),
  });
  const again = await startEdge();
  expect(await journal('ticket', '1')).toMatchObject({ code: 0, err: 'The running till answers:\n' });
  expect(await stopEdge(again, 'SIGTERM')).toBe(0);
  expect((await readdir(join(folder, 'state'))).filter((name) => name.includes('sock'))).toEqual([]);
}, 120_000);

it('says in a sentence why it cannot, and ends with 1 or 2', async () => {
  expect(await run('--config', 'nothing.json', 'status')).toMatchObject({
    code: 2,
    out: '',
    err: 'nothing.json: cannot be read (ENOENT)\n',
  });
  expect(await journal('ticket')).toMatchObject({ code: 2, err: expect.stringContaining('ticket 17') });
  expect(await journal('ticket', '99')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('There is no taking 99: the last one is 3.'),
  });
  const elsewhere = join(folder, 'elsewhere.json');
  await writeFile(
    elsewhere,
    JSON.stringify({
      name: 'B02',
      stateFolder: 'elsewhere',
      baseUrl: 'http://127.0.0.1:1',
      bridge: { port: 0 },
      devices: { gates: [] },
    }),
  );
  expect(await run('--config', elsewhere, 'status')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^There is no till in .*elsewhere: check stateFolder/),
  });
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  const held = await openStore(new VirtualClock());
  expect(await journal('status')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/another edge \(process \d+\) already uses .* sells nothing has no journal/),
  });
  await held.close();
}, 60_000);
