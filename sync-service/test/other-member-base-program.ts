import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Somebody's member base as a program of its own: other names for everything, revisions, a desk where its people change things,
 * and a mode in which it is down, slow or broken. Prints its address; ends with its standard input.
 */

interface Held {
  readonly number: number;
  revision: number;
  version: number;
  /** Somebody at its desk had the last word. */
  byDesk: boolean;
  fields: Record<string, unknown>;
}

const secret = process.argv[2] ?? '';
const held = new Map<string, Held>();
const log: { readonly path: string; readonly record: Record<string, unknown> }[] = [];
/** Every request that was carried out, as it came. */
const received: { readonly path: string; readonly messageId: string | undefined; readonly body: unknown }[] =
  [];
let mode = 'up';

const server = createServer((request, response) => {
  void answer(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.stdin.once('end', () => process.exit(0));
process.stdin.resume();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://other');
  const say = (status: number, body?: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  if (pathname === '/mode') {
    mode = text;
    return say(204);
  }
  if (pathname === '/received') return say(200, received);
  if (mode === 'down') return void response.destroy();
  if (mode === 'slow') return;
  if (mode === 'garbage') return void response.end('<html>');
  if (/^\d+$/.test(mode)) return say(Number(mode));
  if (request.headers['x-api-key'] !== secret) return say(401);
  if (pathname === '/api/changes') {
    const after = Number(searchParams.get('after') ?? '0');
    const most = Number(searchParams.get('limit'));
    const items = log.slice(after, after + most).map(({ record }) => record);
    return say(200, { items, next: String(after + items.length), more: after + items.length < log.length });
  }
  const found = held.get(pathname.replace('/desk/', '/api/'));
  if (request.method === 'GET') return found ? say(200, found) : say(404);
  const body = JSON.parse(text) as Record<string, unknown>;
  if (pathname.startsWith('/desk/')) {
    const path = pathname.replace('/desk/', '/api/');
    const one = found ?? { number: held.size + 1, revision: 0, version: 0, byDesk: true, fields: {} };
    held.set(path, one);
    one.revision += 1;
    one.byDesk = true;
    Object.assign(one.fields, body);
    note(path, one);
    return say(200, one);
  }
  say(...put(pathname, body, request.headers['idempotency-key'] as string | undefined));
}

function put(path: string, body: Record<string, unknown>, messageId: string | undefined): [number, unknown?] {
  const { version, basedOn, number: theNumber, ...fields } = body;
  if (fields.holder === 'nobody') return [422];
  received.push({ path, messageId, body });
  // What began here is known by our number, whatever they call it.
  const [ours] = [...held].find(([, { number }]) => number === Number(theNumber)) ?? [path];
  const found = held.get(ours);
  const reply = (one: Held): [number, unknown] => [200, { number: one.number, etag: one.revision }];
  if (found && Number(version) <= found.version) return reply(found);
  const isOurs = /^\/api\/(customers|contracts)\//.test(path);
  if (found && isOurs && found.byDesk && String(basedOn) !== String(found.revision)) return [409];
  const next: Held = {
    number: found?.number ?? held.size + 1,
    revision: (found?.revision ?? 0) + 1,
    version: Number(version),
    byDesk: false,
    fields,
  };
  held.set(ours, next);
  if (isOurs) note(ours, next);
  return reply(next);
}

const types: Readonly<Record<string, string>> = {
  customers: 'customer',
  contracts: 'contract',
  badges: 'badge',
  blocks: 'block',
  tariffs: 'tariff',
  sites: 'site',
};

function note(path: string, { number, revision, fields }: Held): void {
  const [, , collection = '', key = ''] = path.split('/');
  const type = types[collection];
  // What came from us is kept under our id.
  const ref = key.length === 36 ? key : null;
  if (type) log.push({ path, record: { type, number, etag: revision, ref, data: { ...fields } } });
}
