// @ts-check
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const markerName = 'portillon-state.json';

/**
 * The folder in which a virtual club lives on: database, cards, papers, logs. A marker file says that it is ours, so that
 * nothing else is ever deleted or written into by mistake.
 */
export class StateFolder {
  /** @type {string} */
  path;
  /** @type {import('node:net').Server | undefined} */
  #lock;

  /**
   * Opens or makes the folder. Throws a sentence when it is somebody else's.
   * @param {string} path
   */
  constructor(path) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.path = realpathSync(path);
    if (existsSync(join(this.path, markerName))) return;
    if (readdirSync(this.path).length > 0)
      throw new Error(`${this.path} is not empty and not a state folder of Portillon; nothing was touched.`);
    writeFileSync(join(this.path, markerName), '{"portillonState":1}\n');
  }

  /** @param {string[]} parts */
  in(...parts) {
    return join(this.path, ...parts);
  }

  /**
   * Takes the folder for this process, or rejects with a sentence when another start holds it. The lock is a name in the
   * kernel (an abstract socket): it goes when its holder does, however it ends, so that there are no stale locks. Who asks
   * at that name is told the holder's process number.
   */
  async take() {
    const name = `\0portillon-${createHash('sha256').update(this.path).digest('hex').slice(0, 24)}`;
    const server = createServer((asking) => {
      asking.on('error', () => asking.destroy());
      asking.end(String(process.pid));
    });
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(name, () => resolve(undefined));
      });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
      throw new Error(
        `Portillon is already running on ${this.path} (process ${await holder(name)}). Stop it there with Ctrl-C first.`,
      );
    }
    server.unref();
    this.#lock = server;
  }

  /** @returns {Promise<void>} */
  release() {
    return new Promise((resolve) => (this.#lock ? this.#lock.close(() => resolve()) : resolve()));
  }

  /** Deletes everything in the folder but the marker. */
  empty() {
    for (const entry of readdirSync(this.path))
      if (entry !== markerName) rmSync(this.in(entry), { recursive: true, force: true });
  }

  /**
   * A small JSON file of ours in the folder; null when it is not there or was cut short.
   * @param {string} name
   * @returns {Record<string, unknown> | null}
   */
  read(name) {
    if (!existsSync(this.in(name))) return null;
    try {
      return JSON.parse(readFileSync(this.in(name), 'utf8'));
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} content
   */
  write(name, content) {
    writeFileSync(this.in(name), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  }
}

/**
 * @param {string} name
 * @returns {Promise<string>}
 */
function holder(name) {
  return new Promise((resolve) => {
    let answer = '';
    const asking = connect(name);
    asking.on('data', (bytes) => {
      answer += bytes.toString();
    });
    asking.on('error', () => resolve('unknown'));
    asking.on('close', () => resolve(answer || 'unknown'));
  });
}
