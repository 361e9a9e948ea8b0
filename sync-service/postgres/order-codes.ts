import { randomInt } from 'node:crypto';
import { orderCodeHash } from '@portillon/core/crypto/order-code.ts';
import { orderCodeDigits } from '@portillon/core/crypto/order-code-shape.ts';

const codeTries = 5;

/**
 * Draws codes until `insert` has taken one: it gets what stands for the code, and says false where an open order of the
 * network has the same. Returns the code, which is kept nowhere.
 */
export async function withNewCode(
  networkId: string,
  insert: (codeHash: string) => Promise<boolean>,
): Promise<string> {
  for (let tries = 0; tries < codeTries; tries++) {
    const code = String(randomInt(10 ** orderCodeDigits)).padStart(orderCodeDigits, '0');
    if (await insert(await orderCodeHash(networkId, code))) return code;
  }
  throw new Error('no code was free');
}
