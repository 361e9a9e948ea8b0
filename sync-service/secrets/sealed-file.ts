import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { forgetUnfinished, readSecretFile, writeSecretFile } from './secret-file.ts';
import { credentialName, isSealed, type SecretSeal } from './secret-seal.ts';

/**
 * What one file of its owner holds, opened with the seal; null when it is not there. What lies in clear although there is a seal
 * is sealed in its place. Throws `StoreFault` when it is sealed and there is no seal, or another one.
 */
export async function sealedFile(
  path: string,
  name: string,
  seal: SecretSeal | null,
): Promise<Uint8Array | null> {
  await forgetUnfinished(path);
  const bytes = await readSecretFile(path);
  if (!bytes) return null;
  if (isSealed(bytes)) {
    if (seal) return seal.open(name, bytes);
    throw new StoreFault(
      'store.failed',
      `${path} is sealed, and this system has not handed over the credential ${credentialName}`,
    );
  }
  if (seal) await writeSecretFile(path, seal.close(name, bytes));
  return bytes;
}

export async function writeSealedFile(
  path: string,
  name: string,
  seal: SecretSeal | null,
  secret: Uint8Array | string,
): Promise<void> {
  const bytes = Uint8Array.from(Buffer.from(secret));
  await writeSecretFile(path, seal ? seal.close(name, bytes) : bytes);
}

/** The file lies in clear when this resolves. Safe to repeat; harmless where there is none. */
export async function unsealFile(path: string, name: string, seal: SecretSeal | null): Promise<void> {
  const bytes = await readSecretFile(path);
  if (!bytes || !isSealed(bytes)) return;
  const secret = await sealedFile(path, name, seal);
  if (secret) await writeSecretFile(path, secret);
}
