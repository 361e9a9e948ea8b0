import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asStoreFault, StoreFault } from '@portillon/core/base/store-fault.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';
import { credentialName, SecretSeal, shortestCredential } from './secret-seal.ts';

/** Beside the secrets that it seals: 32 bytes that only this machine can open. */
export const sealFileName = 'system-secret.cred';
/** A TPM may think for seconds. */
const systemdLimitMs = 30_000;

/**
 * The seal of this system for the secrets in a folder. First what systemd hands over in the folder that
 * `CREDENTIALS_DIRECTORY` names, decrypted to this service only; else the file of `sealHere`, which `systemd-creds` opens. Null
 * where there is neither. Throws `StoreFault` when there is one that cannot be used.
 */
export async function systemSeal(environment: NodeJS.ProcessEnv, folder: string): Promise<SecretSeal | null> {
  const handedOver = await credentialOf(environment);
  if (handedOver) return new SecretSeal(longEnough(handedOver), 'systemd-credential');
  const sealed = await readSecretFile(join(folder, sealFileName));
  if (!sealed) return null;
  const secret = await systemdCreds(['decrypt', `--name=${credentialName}`, '-', '-'], sealed);
  return new SecretSeal(longEnough(secret), 'systemd-creds');
}

/**
 * Makes the file of the seal, bound to the TPM where there is one, else to the key of the host. The same call again changes
 * nothing. Throws `StoreFault` where this system cannot, and leaves nothing behind.
 */
export async function sealHere(folder: string): Promise<void> {
  const path = join(folder, sealFileName);
  if (await readSecretFile(path)) return;
  const secret = randomBytes(shortestCredential);
  const sealed = await systemdCreds(['encrypt', `--name=${credentialName}`, '-', '-'], secret);
  const opened = await systemdCreds(['decrypt', `--name=${credentialName}`, '-', '-'], sealed);
  if (!secret.equals(opened))
    throw new StoreFault('store.failed', 'systemd-creds does not open what it sealed');
  await writeSecretFile(path, sealed);
}

/** After this nothing that it sealed can be opened: call it once nothing is sealed any more. */
export async function forgetSeal(folder: string): Promise<void> {
  await rm(join(folder, sealFileName), { force: true });
}

async function credentialOf(environment: NodeJS.ProcessEnv): Promise<Buffer | null> {
  const folder = environment.CREDENTIALS_DIRECTORY;
  if (!folder) return null;
  try {
    return await readFile(join(folder, credentialName));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw asStoreFault(error);
  }
}

function longEnough(secret: Uint8Array): Uint8Array {
  if (secret.length >= shortestCredential) return secret;
  throw new StoreFault(
    'store.failed',
    `the credential ${credentialName} has fewer than ${shortestCredential} bytes`,
  );
}

/** What goes in and comes out passes through pipes only, never through arguments or files. */
function systemdCreds(args: readonly string[], input: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const limits = { encoding: 'buffer' as const, timeout: systemdLimitMs, maxBuffer: 65_536 };
    const child = execFile('systemd-creds', [...args], limits, (error, stdout, stderr) => {
      if (!error) {
        resolve(stdout);
        return;
      }
      const why = error.code === 'ENOENT' ? 'it is not on this machine' : stderr.toString().trim();
      reject(new StoreFault('store.failed', `systemd-creds ${args[0]}: ${why || error.message}`));
    });
    // It may end before it has read everything; what it says then is the reason.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
