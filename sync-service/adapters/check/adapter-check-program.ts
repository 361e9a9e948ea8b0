import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { readAdapterMapping } from '../adapter-mapping.ts';
import type { AdapterUnderTest } from './adapter-check.ts';
import { httpUnderTest } from './http-under-test.ts';
import { reportChecks } from './report-checks.ts';

const usage = `npm run adapter-check -- --mapping FILE [--http URL]   the HTTP adapter with this mapping file; URL in place of its own
npm run adapter-check -- --module FILE.mjs             a module that exports adapterUnderTest() (docs/adapters.md)
Writes made-up members: only ever before a system for tests. Ends with 0 when all holds, 3 when something does not.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { mapping: { type: 'string' }, http: { type: 'string' }, module: { type: 'string' } },
  });
  if ((values.mapping === undefined) === (values.module === undefined)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const under = await underTest(values);
  try {
    return await reportChecks(under, { clock: systemClock, random: systemRandom }, (line) =>
      process.stdout.write(`${line}\n`),
    );
  } finally {
    await under.close();
  }
}

async function underTest(values: {
  readonly mapping?: string | undefined;
  readonly http?: string | undefined;
  readonly module?: string | undefined;
}): Promise<AdapterUnderTest> {
  if (values.mapping !== undefined) {
    const read = await readAdapterMapping(values.mapping, process.env);
    return httpUnderTest(
      {
        ...read,
        mapping: { ...read.mapping, ...(values.http === undefined ? {} : { baseUrl: values.http }) },
      },
      systemClock,
    );
  }
  const url = pathToFileURL(resolve(values.module ?? '')).href;
  const module = (await import(url)) as { readonly adapterUnderTest?: () => Promise<AdapterUnderTest> };
  if (typeof module.adapterUnderTest !== 'function')
    throw new Error('the module exports no function adapterUnderTest');
  return module.adapterUnderTest();
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
