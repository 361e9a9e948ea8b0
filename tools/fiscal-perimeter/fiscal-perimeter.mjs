// @ts-check
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFolder } from '../set-up/project.mjs';

/** @typedef {{ readonly file: string, readonly serves: string }} PerimeterFile a source, and the condition it serves */

/** The sources that the four conditions rest on (LNE référentiel 20 and 21). @type {readonly PerimeterFile[]} */
export const perimeterFiles = JSON.parse(
  readFileSync(fileURLToPath(new URL('perimeter-files.json', import.meta.url)), 'utf8'),
);

/**
 * SHA-256 over the perimeter: for each file in order its name, a zero byte, its bytes, a zero byte. Whoever changes one of
 * them becomes the editor of what he runs (BOI-TVA-DECLA-30-10-30 §300); the digest shows it.
 */
export function perimeterDigest(folder = projectFolder) {
  const hash = createHash('sha256');
  for (const { file } of perimeterFiles)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, serves } of perimeterFiles) process.stdout.write(`${file.padEnd(52)} ${serves}\n`);
  process.stdout.write(`SHA-256 ${perimeterDigest()}\n`);
}
