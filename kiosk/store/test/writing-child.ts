import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { EdgeStore } from '../edge-store.ts';
import { RecordedLog } from './recorded-log.ts';
import { samplePassage } from './sample-records.ts';

/**
 * A process for the crash test: opens the folder given as argument and counts people in, several writers at a time, until
 * it is killed. Each line on standard output is the number of an event that it was told to be durable.
 */
const [folder = ''] = process.argv.slice(2);
const opened = await EdgeStore.open({
  folder,
  clock: systemClock,
  random: systemRandom,
  log: new RecordedLog(),
});
if (!opened.ok) {
  process.stdout.write(`${opened.error.code}\n`);
  process.exit(1);
}
const store = opened.value;
process.stdout.write('open\n');

async function countIn(): Promise<never> {
  for (let number = 0; ; number++) {
    const { event } = await store.write((tx) =>
      store.passages.recordPassage(tx, samplePassage(number, 'entry')),
    );
    process.stdout.write(`${event.seq}\n`);
  }
}

await Promise.all(Array.from({ length: 5 }, countIn));
