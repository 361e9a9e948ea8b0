import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestEdge } from '@portillon/sync-service/test/test-edge.ts';
import { BaseProcess } from './base-process.ts';
import { BookedEdge } from './booked-edge.ts';
import { figure, type ScenarioResult, type SyncBench, type SyncScenario } from './scenario.ts';
import { BaseTables, changeOneInHundred, fillNetwork } from './whole-network.ts';

const target = { seconds: 60, edgeMiB: 300, deltaPart: 0.02 };
const limitMs = 600_000;
const mebi = 1_048_576;

/** A box that was never filled, in a network of a million cards; then one record in a hundred changes. */
export const snapshot: SyncScenario = {
  summary: 'the whole member book to a new edge; what one change in a hundred costs; a restart with it',
  sizes: { 'snapshot-credentials': { usual: 1_000_000, about: 'credentials of the network' } },
  run: measure,
};

async function measure({ folder, clock, sizes, say }: SyncBench): Promise<ScenarioResult> {
  const count = sizes['snapshot-credentials'] ?? 0;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const base = await BaseProcess.start({ clock, folder: join(folder, 'base'), clubs: 3 });
    undo.unshift(() => base.stop());
    const tables = await BaseTables.of(base);
    undo.unshift(() => tables.close());
    await fillNetwork(tables, base, count);
    await tables.query('analyze feed_changes');
    say(`${count} credentials are in the feed`);
    const [codeOfEdge = '', codeOfReader = ''] = Object.values(base.ready.enrolmentCodes);
    const edgeFolder = join(folder, 'box');
    mkdirSync(edgeFolder);

    let edge = await BookedEdge.start(clock, edgeFolder, { url: base.url, code: codeOfEdge });
    undo.unshift(() => edge.stop());
    const tookMs = await edge.ready(count, limitMs);
    const filled = edge.memoryBytes;
    const bookBytes = await edge.bookBytes();
    const [made] = await tables.query<{ bytes: number; records: number; chunks: number }>(
      `select sum(octet_length(bytes)) as bytes, sum(records) as records, count(*) as chunks
         from feed_snapshot_chunks`,
    );
    say(`the first edge is ready after ${(tookMs / 1_000).toFixed(1)} s`);
    await edge.stop();
    const diskBytes = edge.diskBytes;
    edge = await BookedEdge.start(clock, edgeFolder, { url: base.url, code: codeOfEdge });
    const restartMs = await edge.ready(count, limitMs);
    const restarted = edge.memoryBytes;

    const reader = await TestEdge.enrolled(base.url, codeOfReader);
    const { head = 0 } = await reader.feed(0);
    const changed = await changeOneInHundred(tables);
    const delta = await compressedFeed(reader, head);
    const fullBytes = Number(made?.bytes ?? 0);
    return {
      figures: [
        figure('from the start of a new edge to a ready book', tookMs / 1_000, 's', {
          atMost: target.seconds,
        }),
        figure('memory of the edge, at most while it took it', filled.most / mebi, 'MiB', {
          atMost: target.edgeMiB,
        }),
        figure('memory of the edge, once it was ready', filled.now / mebi, 'MiB', { atMost: target.edgeMiB }),
        figure('of that, the book', bookBytes / mebi, 'MiB'),
        figure('on the disk of the edge', diskBytes / mebi, 'MiB'),
        figure('over the wire', fullBytes / mebi, 'MiB'),
        figure('from a restart to a ready book', restartMs / 1_000, 's'),
        figure('memory of the edge after a restart', restarted.most / mebi, 'MiB', {
          atMost: target.edgeMiB,
        }),
        figure('records changed, one in a hundred', changed, '', { atLeast: Math.floor(count / 120) }),
        figure('what they cost over the wire', delta.bytes / 1_024, 'KiB'),
        figure('of the bytes of the snapshot', (100 * delta.bytes) / fullBytes, '%', {
          atMost: 100 * target.deltaPart,
        }),
      ],
      notes: [
        `${made?.records ?? 0} records in ${made?.chunks ?? 0} chunks; the snapshot was made after the edge asked, within the time above`,
        `the changes came in ${delta.pages} compressed answers`,
      ],
    };
  } finally {
    for (const step of undo) await step();
  }
}

/** All that has changed since, as many bytes as travel with gzip. */
async function compressedFeed(edge: TestEdge, after: number): Promise<{ bytes: number; pages: number }> {
  let [bytes, pages] = [0, 0];
  for (let cursor = after, more = true; more; pages++) {
    const answer = await edge.raw(`/v1/feed?after=${cursor}`, 'gzip');
    if (answer.encoding !== 'gzip') throw new Error('the answer is not compressed');
    bytes += answer.bytes.length;
    const page = await edge.feed(cursor);
    ({ cursor, more } = page);
  }
  return { bytes, pages };
}
