import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceDigest } from '@portillon/tools/bundling/source-digest.mjs';

const root = join(import.meta.dirname, '..', '..');
const built = join(root, 'build', 'staff');

/** The staff page built as for production, in a new folder: a copy of what was built, where that is of these sources. */
export async function buildStaffPage(): Promise<string> {
  const parent = join(root, 'build', 'test');
  await mkdir(parent, { recursive: true });
  const outDir = await mkdtemp(join(parent, 'staff-'));
  const stamp = join(root, 'build', '.digest');
  if (existsSync(built) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceDigest()) {
    await cp(built, outDir, { recursive: true });
    return outDir;
  }
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  await build({
    root: join(root, 'sync-service', 'staff'),
    base: './',
    configFile: false,
    plugins: [react()],
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, target: 'chrome120', chunkSizeWarningLimit: 2_000 },
  });
  return outDir;
}
