import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown } from 'node:fs/promises';

/** The account PostgreSQL runs under. It refuses to run as root, so root hands it to another. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Null when we are an ordinary user: the server then simply runs as ourselves. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const account = accounts.find(([name]) => name === wanted);
    if (account) return { name: wanted, uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user postgres or nobody to run it as');
}

/** How a child process is told to run as that account. */
export function runAs(user: ServerUser | null): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/** True when that account may enter the folder, each folder above it included. */
export function mayEnter(user: ServerUser | null, folder: string): boolean {
  return spawnSync('test', ['-x', folder], { ...runAs(user), cwd: '/' }).status === 0;
}

export async function giveTo(user: ServerUser | null, path: string): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}
