// @ts-check
import { giveUp } from './project.mjs';

/** The first Node 20 that loads ES modules by `require`, on which our build tools rest. */
const oldest = [20, 19, 0];

/**
 * @param {string} version `process.version`, `v20.19.0`
 */
export function isNewEnough(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (const [index, wanted] of oldest.entries()) {
    const have = parts[index] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
}

export function requireNode() {
  if (isNewEnough(process.version)) return;
  giveUp(
    `Portillon needs Node ${oldest.join('.')} or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install a newer Node 20 and run the same command again.',
  );
}
