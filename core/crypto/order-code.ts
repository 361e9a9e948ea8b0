import { scrypt } from 'node:crypto';

/**
 * What stands for the code of an order wherever it is kept, in lower-case hex: a code has few digits, so trying all of them
 * is made expensive (scrypt with N = 2^14, r = 8, RFC 7914: about 50 ms and 16 MiB each, beside everything else). The network
 * is the salt, so that one computation finds the code among all orders.
 */
export function orderCodeHash(networkId: string, code: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(code, `portillon-order-1\n${networkId}`, 32, { N: 16_384, r: 8, p: 1 }, (error, hash) => {
      if (error) reject(error);
      else resolve(hash.toString('hex'));
    });
  });
}
