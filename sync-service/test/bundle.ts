import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** A program of the tree as one file that plain Node runs, in a new folder from which the packages are found. */
export async function bundleProgram(entry: string): Promise<string> {
  const parent = join(root, 'build', 'test');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'program-'));
  await chmod(folder, 0o755);
  const outfile = join(folder, 'program.mjs');
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [
      {
        name: 'packages-stay-outside',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^[^./]/ }, ({ path }) =>
            path.startsWith('@portillon/') ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return outfile;
}
