import { invariant } from '@portillon/core/base/invariant.ts';
import { aesBlockLength, encryptCbc, zeroBlock } from './aes-cbc.ts';
import { cmacSubkeys, xorInto } from './aes-cmac.ts';

const aes128Constant = 0x01;
const longestInput = 31;

/**
 * One card's key from the network's master key (NXP AN10922, section 2.2, AES-128). `input` is 1 to 31 bytes, the
 * chip's number first. Always over exactly two blocks: an ordinary CMAC gives another value for inputs under 16 bytes.
 */
export function diversifyAesKey(masterKey: Uint8Array, input: Uint8Array): Uint8Array {
  invariant(input.length >= 1 && input.length <= longestInput, 'a diversification input has 1 to 31 bytes');
  const message = new Uint8Array(2 * aesBlockLength);
  message[0] = aes128Constant;
  message.set(input, 1);
  const isPadded = input.length < longestInput;
  if (isPadded) message[1 + input.length] = 0x80;
  const [first, second] = cmacSubkeys(masterKey);
  xorInto(message.subarray(aesBlockLength), isPadded ? second : first);
  return encryptCbc(masterKey, zeroBlock, message).slice(aesBlockLength);
}
