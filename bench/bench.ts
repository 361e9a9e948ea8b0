import { syncBench } from './sync/sync-bench.ts';
import { tapBench } from './tap/tap-bench.ts';

/** What can be measured, by the word after `npm run bench --`. Each gets the arguments behind its name. */
const benches: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  tap: tapBench,
  sync: syncBench,
};

const usage = `npm run bench -- NAME [options]   measures, prints a table, and ends with 1 when a limit is passed
  tap       from the last byte of a credential to the first byte of the release of the gate
  sync      what an edge and a member base tell each other: how much, how soon, how many at once
Options of each: npm run bench -- NAME --help`;

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench) {
  process.exitCode = await bench(args).catch((error: Error) => {
    process.stderr.write(`The bench could not be run: ${error.message}\n`);
    return 1;
  });
} else {
  process.stdout.write(`${usage}\n`);
  process.exitCode = name === '--help' ? 0 : 2;
}
