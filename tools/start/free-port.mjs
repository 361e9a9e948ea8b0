// @ts-check
import { createServer } from 'node:net';

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

/**
 * A port on 127.0.0.1 that nobody holds at this moment, as the system picks it.
 * @returns {Promise<number>}
 */
export function anyPort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
