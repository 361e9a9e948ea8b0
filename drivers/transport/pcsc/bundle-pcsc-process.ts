import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * The PC/SC process as the build makes it, for tests that run from source. It is written below the build folder of the
 * tree, so that the native library is found from there.
 */
export async function bundlePcscProcess(): Promise<{ readonly entry: string; readonly remove: () => void }> {
  const buildFolder = fileURLToPath(new URL('../../../build', import.meta.url));
  mkdirSync(buildFolder, { recursive: true });
  const folder = mkdtempSync(join(buildFolder, 'pcsc-'));
  const entry = join(folder, 'pcsc-process.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./pcsc-process.ts', import.meta.url))],
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['nfc-pcsc'],
    logLevel: 'warning',
  });
  return { entry, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
