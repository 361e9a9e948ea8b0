import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..');

/** The staff page built as for production, in a new folder. */
export async function buildStaffPage(): Promise<string> {
  const parent = join(root, 'build', 'test');
  await mkdir(parent, { recursive: true });
  const outDir = await mkdtemp(join(parent, 'staff-'));
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
