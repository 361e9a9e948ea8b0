// @ts-check
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { perimeterDigest } from '../fiscal-perimeter/fiscal-perimeter.mjs';
import { projectFolder } from '../set-up/project.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/**
 * Builds one target beside its place and moves it there whole, so that a program that runs meanwhile never reads half a
 * file. Rejects with what the bundler says.
 *
 * @param {Target} target
 */
export async function buildTarget(target) {
  const output = join(projectFolder, target.output);
  await mkdir(dirname(output), { recursive: true });
  if (target.kind === 'program') await buildProgram(target, output);
  else await buildPage(target, output);
}

/** Ends the process that esbuild keeps for further builds. */
export async function endBundler() {
  const { stop } = await import('esbuild');
  await stop();
}

/**
 * @param {import('./targets.mjs').ProgramTarget} target
 * @param {string} output
 */
async function buildProgram(target, output) {
  const { build } = await import('esbuild');
  const unfinished = join(dirname(output), `.unfinished-${process.pid}-${target.name}`);
  await build({
    entryPoints: [join(projectFolder, target.entry)],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: target.format,
    define: {
      ...(target.format === 'cjs' ? { 'import.meta.dirname': '__dirname' } : {}),
      'process.env.PORTILLON_FISCAL_PERIMETER': JSON.stringify(perimeterDigest()),
    },
    sourcemap: 'inline',
    sourcesContent: false,
    external: target.packages === 'bundled' ? ['electron'] : [],
    plugins: target.packages === 'left-out' ? [ownPackagesOnly] : [],
    absWorkingDir: projectFolder,
    logLevel: 'warning',
    loader: { '.sql': 'text' },
  });
  await rename(unfinished, output);
}

/** Our own workspaces go into the file; everything else stays where npm put it. @type {import('esbuild').Plugin} */
const ownPackagesOnly = {
  name: 'own-packages-only',
  setup(build) {
    build.onResolve({ filter: /^@portillon\// }, ({ path }) => ({
      path: join(projectFolder, path.slice('@portillon/'.length)),
    }));
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' ? null : { path, external: true },
    );
  },
};

/**
 * @param {import('./targets.mjs').PageTarget} target
 * @param {string} output
 */
async function buildPage(target, output) {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  const unfinished = `${output}.unfinished-${process.pid}`;
  await build({
    root: join(projectFolder, target.root),
    base: './',
    configFile: false,
    plugins: [react()],
    logLevel: 'warn',
    build: { outDir: unfinished, emptyOutDir: true, chunkSizeWarningLimit: 2_000, target: 'chrome120' },
  });
  await rm(output, { recursive: true, force: true });
  try {
    await rename(unfinished, output);
  } catch (error) {
    // Another build of the same sources was a moment faster; its pages are as good.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOTEMPTY') throw error;
    await rm(unfinished, { recursive: true, force: true });
  }
}
