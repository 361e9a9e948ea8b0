import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { RefusalCode, RefusalWords } from './refusal.ts';
import { whereAndWhat } from './where-and-what.ts';

const inflate = promisify(gunzip);

/** What a body becomes at most when it is inflated, whatever it claims. */
export interface InflationLimit {
  readonly inflatedBytes: number;
}

type Parsed<T> = { readonly value: T } | { readonly refusal: RefusalWords };

/** The body as the schema wants it; `code` is for what does not fit. Compressed bodies are taken where a limit is given. */
export async function jsonBody<T>(
  request: FastifyRequest,
  schema: z.ZodType<T>,
  code: RefusalCode,
  limit: InflationLimit | null = null,
): Promise<Parsed<T>> {
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    return { refusal: { code: 'request.wrong-type', message: 'the body must be application/json' } };
  }
  const text = await bodyText(request, limit);
  if ('refusal' in text) return text;
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch {
    return { refusal: { code, message: 'the body is not JSON' } };
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? { value: parsed.data } : { refusal: { code, ...whereAndWhat(parsed.error) } };
}

async function bodyText(request: FastifyRequest, limit: InflationLimit | null): Promise<Parsed<string>> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return { value: bytes.toString() };
  if (encoding !== 'gzip' || limit === null) {
    const known = limit === null ? 'as it is' : 'as it is, or with gzip';
    return { refusal: { code: 'request.wrong-encoding', message: `the body must be sent ${known}` } };
  }
  try {
    // Stops at the limit: a bomb is never inflated further.
    return { value: (await inflate(bytes, { maxOutputLength: limit.inflatedBytes })).toString() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return { refusal: { code: 'request.too-large', message: 'the body is too large once it is inflated' } };
    }
    return { refusal: { code: 'request.wrong-encoding', message: 'the body is not what gzip writes' } };
  }
}
