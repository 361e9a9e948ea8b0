// @ts-check
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildTarget, endBundler } from './bundling/build-target.mjs';
import { sourceDigest } from './bundling/source-digest.mjs';
import { targets } from './bundling/targets.mjs';
import { say, step } from './set-up/progress.mjs';
import { giveUp, inProject } from './set-up/project.mjs';

const stampFile = inProject('build', '.digest');

/** Builds every program and page whose source exists, unless nothing has changed since the last time. */
export async function buildAll() {
  const digest = sourceDigest();
  const built = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  const wanted = targets.filter((target) =>
    existsSync(inProject(target.kind === 'program' ? target.entry : `${target.root}/index.html`)),
  );
  if (built === digest && wanted.every(({ output }) => existsSync(inProject(output)))) return;
  await mkdir(inProject('build'), { recursive: true });
  for (const target of wanted) await step(`building ${target.name}`, () => buildTarget(target));
  await endBundler();
  writeFileSync(stampFile, digest);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildAll();
    say('Built.');
  } catch (error) {
    giveUp(`The build failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
