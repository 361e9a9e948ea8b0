import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '@portillon/core/base/clock.ts';
import { readAdapterMapping } from './adapter-mapping.ts';
import { HttpAdapter } from './http-adapter.ts';
import { type MemberBaseAdapter, outgoingKinds } from './member-base-adapter.ts';

const kinds: readonly unknown[] = outgoingKinds;

/** The adapter of `--adapter FILE`: a mapping file for HTTP, or a module (AD16). Rejects with the file and what is wrong in it. */
export async function loadAdapter(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<MemberBaseAdapter> {
  if (!/\.m?js$/.test(file)) return new HttpAdapter(await readAdapterMapping(file, environment), clock);
  const module = (await import(pathToFileURL(resolve(file)).href)) as {
    readonly memberBaseAdapter?: () => Promise<MemberBaseAdapter>;
  };
  if (typeof module.memberBaseAdapter !== 'function')
    throw new Error(`${file}: exports no function memberBaseAdapter`);
  const adapter = await module.memberBaseAdapter();
  const flaw = flawOf(adapter);
  if (flaw !== null) throw new Error(`${file}: ${flaw}`);
  return adapter;
}

/** What somebody else has written lacks of the port, whatever the types say. */
function flawOf(adapter: Partial<MemberBaseAdapter> | null | undefined): string | null {
  if (typeof adapter !== 'object' || adapter === null) return 'memberBaseAdapter() resolves with no adapter';
  const { name, takes, answerLimitMs, deliver, changes, close } = adapter;
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{1,39}$/.test(name))
    return 'name: small letters, digits and hyphens, 2 to 40 of them';
  if (!Array.isArray(takes) || !takes.every((kind) => kinds.includes(kind)))
    return `takes: a list of ${outgoingKinds.join(', ')}`;
  if (typeof answerLimitMs !== 'number' || !(answerLimitMs > 0)) return 'answerLimitMs: milliseconds';
  if (typeof deliver !== 'function') return 'deliver: a function';
  if (typeof close !== 'function') return 'close: a function';
  return changes === null || typeof changes === 'function' ? null : 'changes: a function, or null';
}
