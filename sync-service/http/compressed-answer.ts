import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const encoders = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 5,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
};
type Encoding = keyof typeof encoders;

/** Shorter than this, compressing costs more than it saves. */
const worthwhileBytes = 1_024;

/** Answers with JSON, compressed as the caller takes it: brotli before gzip, neither where it asks for none. */
export async function answerCompressed(
  request: FastifyRequest,
  reply: FastifyReply,
  value: unknown,
): Promise<FastifyReply> {
  const bytes = Buffer.from(JSON.stringify(value));
  const encoding =
    bytes.length < worthwhileBytes ? null : encodingFor(request.headers['accept-encoding'] ?? '');
  reply.header('content-type', 'application/json; charset=utf-8').header('vary', 'accept-encoding');
  if (encoding === null) return reply.send(bytes);
  return reply.header('content-encoding', encoding).send(await encoders[encoding](bytes));
}

/** RFC 9110 §12.5.3: what is named with a weight above nought; `*` stands for what is not named. */
export function encodingFor(accepted: string): Encoding | null {
  const weights = new Map(
    accepted.split(',').map((part) => {
      const [name = '', ...parameters] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
    }),
  );
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const taken = (['br', 'gzip'] as const).filter((name) => weightOf(name) > 0);
  taken.sort((one, other) => weightOf(other) - weightOf(one));
  return taken[0] ?? null;
}
