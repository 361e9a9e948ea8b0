import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BaseContext } from './base-context.ts';
import { refuse } from './refusal.ts';
import { type SignedBy, signedBy } from './signed-request.ts';

export type SignedHandler = (
  edge: SignedBy,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>;

/** Answers edges that are believed, refuses all others (W-SIGN-1 to W-SIGN-3). */
export function signed(base: BaseContext, handle: SignedHandler) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const edge = await signedBy(base, request);
    if ('code' in edge) {
      base.log.warn('request.refused', { code: edge.code, method: request.method });
      return refuse(reply, edge);
    }
    return handle(edge, request, reply);
  };
}
