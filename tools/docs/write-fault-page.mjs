// @ts-check
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { say } from '../set-up/progress.mjs';
import { inProject } from '../set-up/project.mjs';
import { faultPage } from './fault-page.mjs';

const { outputFiles } = await build({
  entryPoints: [inProject('core', 'base', 'fault-codes.ts')],
  bundle: true,
  format: 'esm',
  write: false,
});
const registry = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')}`
);
writeFileSync(inProject('docs', 'faults.md'), faultPage(registry.faultCodes));
say('docs/faults.md is written.');
