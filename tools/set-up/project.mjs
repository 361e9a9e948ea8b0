// @ts-check
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project, wherever it was cloned to: the one above us that holds the lockfile. */
export const projectFolder = folderAbove(dirname(fileURLToPath(import.meta.url)), 'package-lock.json');

/** @param {string[]} parts */
export const inProject = (...parts) => join(projectFolder, ...parts);

/** A missing prerequisite fails here instead of being named and left out. */
export const inContinuousIntegration = process.env.CI === 'true';

/**
 * Ends the program with a sentence for a person instead of a stack.
 * @param {string} sentence
 * @returns {never}
 */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/**
 * @param {string} from
 * @param {string} file
 * @returns {string}
 */
function folderAbove(from, file) {
  if (existsSync(join(from, file))) return from;
  const above = dirname(from);
  if (above === from) throw new Error(`No folder above ${fileURLToPath(import.meta.url)} holds ${file}.`);
  return folderAbove(above, file);
}
