// @ts-check
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { threadId } from 'node:worker_threads';

/**
 * The wanted port on 127.0.0.1, or the next free one, at most 50 further.
 * @param {number} wanted
 * @param {readonly number[]} [taken] ports promised to others of ours
 */
export async function freePort(wanted, taken = []) {
  for (let port = wanted; port < wanted + 50; port++)
    if (!taken.includes(port) && (await isFree(port))) return port;
  throw new Error(`No free port between ${wanted} and ${wanted + 49} on 127.0.0.1.`);
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Below those that systems give to outgoing connections: one of these would be taken between the look and the use. */
const quietPorts = { from: 10_000, to: 32_000 };

const slice = 100;
const slices = (quietPorts.to - quietPorts.from) / slice;
let turn = randomInt(slice);

/**
 * A port on 127.0.0.1 that nobody holds at this moment. Each process takes from its own hundred, one after the other: what was given
 * and is not in use yet is not given again, neither here nor to a program started side by side.
 * @returns {Promise<number>}
 */
export async function anyPort() {
  const first = quietPorts.from + ((process.pid + 31 * threadId) % slices) * slice;
  for (let attempt = 0; attempt < slice; attempt++) {
    turn = (turn + 1) % slice;
    const port = first + turn;
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port found between ${first} and ${first + slice - 1} on 127.0.0.1.`);
}
