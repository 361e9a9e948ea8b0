import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adapterMappingSchema, type ReadMapping } from '../adapters/adapter-mapping.ts';
import { bundleProgram } from './bundle.ts';

export const otherBaseMappingFile = join(import.meta.dirname, 'other-member-base.json');

export interface OtherMemberBase {
  readonly url: string;
  /** How our adapter reaches it. */
  readonly read: ReadMapping;
  /** `up`, `down`, `slow`, `garbage`, or a status that it answers everything with. */
  is(mode: string): Promise<void>;
  /** What it carried out, in the order in which it came. */
  received(): Promise<readonly { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[]>;
  /** Somebody at its desk changes a record, or makes one. Resolves with its number. */
  atDesk(path: string, change: object): Promise<string>;
  /** Whether it has said something that comes after this cursor; null is before its first word. */
  hasMoreAfter(cursor: string | null): Promise<boolean>;
  held(path: string): Promise<{ readonly fields: Readonly<Record<string, unknown>> } | null>;
  stop(): Promise<void>;
}

const secret = 'key-of-the-other-base';

/** Somebody's member base in a process of its own. */
export async function startOtherMemberBase(): Promise<OtherMemberBase> {
  const program = await bundleProgram('sync-service/test/other-member-base-program.ts');
  const child = spawn(process.execPath, [program, secret], { stdio: ['pipe', 'pipe', 'inherit'] });
  const over = once(child, 'close');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = line.toString().trim();
  const mapping = adapterMappingSchema.parse(JSON.parse(await readFile(otherBaseMappingFile, 'utf8')));
  const headers = { 'x-api-key': secret };
  return {
    url,
    read: { mapping: { ...mapping, baseUrl: url }, auth: { header: 'x-api-key', value: secret } },
    async is(mode) {
      await fetch(`${url}/mode`, { method: 'POST', body: mode });
    },
    async received() {
      return (await (await fetch(`${url}/received`)).json()) as Awaited<
        ReturnType<OtherMemberBase['received']>
      >;
    },
    async atDesk(path, change) {
      const answer = await fetch(`${url}/desk/${path}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify(change),
      });
      if (!answer.ok) throw new Error(`the desk does not change ${path}`);
      return String(((await answer.json()) as { readonly number: number }).number);
    },
    async hasMoreAfter(cursor) {
      const answer = await fetch(`${url}/api/changes?after=${cursor ?? 0}&limit=1`, { headers });
      if (!answer.ok) throw new Error('it does not tell its changes');
      return ((await answer.json()) as { readonly items: readonly unknown[] }).items.length > 0;
    },
    async held(path) {
      const answer = await fetch(`${url}/api/${path}`, { headers });
      return answer.ok ? ((await answer.json()) as Awaited<ReturnType<OtherMemberBase['held']>>) : null;
    },
    async stop() {
      child.stdin.end();
      await over;
    },
  };
}
