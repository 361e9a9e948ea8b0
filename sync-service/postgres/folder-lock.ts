import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** One program at a time on a state folder. A lock whose holder is no longer alive (SIGKILL, power) is taken over. */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with a sentence when another living program holds the folder. */
  static async take(folder: string, name: string): Promise<FolderLock> {
    const path = join(folder, `${name}.lock`);
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const file = await open(path, 'wx', 0o600);
        await file.writeFile(await holderMark(process.pid));
        await file.close();
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const held = await readFile(path, 'utf8').catch(() => '');
      const pid = Number(held.split(' ')[0]);
      if (held !== '' && held === (await holderMark(pid))) {
        throw new Error(`${name} is already running on ${folder} (process ${pid})`);
      }
      await rm(path, { force: true });
    }
    throw new Error(`cannot take ${path}`);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** Process number and its start time (field 22 of /proc/PID/stat), since numbers come round again. */
async function holderMark(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field, the program's name, is in brackets and may hold spaces.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
  return `${pid} ${startTime}`;
}
