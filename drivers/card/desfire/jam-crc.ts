/**
 * The CRC-32 that DESFire puts inside enciphered data: reflected EDB88320, start FFFFFFFF, no final inversion
 * ("JAMCRC"), sent with the low byte first.
 */
export function jamCrc(bytes: Uint8Array): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const sent = new Uint8Array(4);
  new DataView(sent.buffer).setUint32(0, crc >>> 0, true);
  return sent;
}
