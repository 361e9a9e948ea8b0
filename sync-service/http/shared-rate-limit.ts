import { createHmac } from 'node:crypto';
import type { FastifyRateLimitStore, RateLimitPluginOptions } from '@fastify/rate-limit';
import { countRequest } from '../postgres/request-rates.ts';
import type { BaseContext } from './base-context.ts';

/** Thrown by the rate limiter, turned into a refusal where all errors end (base-app.ts). */
export class TooOften extends Error {
  readonly statusCode = 429;
}

/**
 * Options of the rate limiter whose counts are kept in the base: with three processes nobody has three times as many tries.
 * Nothing is limited but routes that say so.
 */
export function sharedRateLimit(base: BaseContext): RateLimitPluginOptions {
  class SharedStore implements FastifyRateLimitStore {
    readonly #what: string;

    constructor(_options: object, what = '') {
      this.#what = what;
    }

    incr(
      address: string,
      told: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs = 60_000,
    ): void {
      // An address is somebody's: what is kept tells it to nobody without the key.
      const who = createHmac('sha256', base.keys.network.privateKey).update(address).digest('base64url');
      countRequest(base.database, this.#what, who, windowMs).then(
        ({ count, leftMs }) => told(null, { current: count, ttl: leftMs }),
        (error: Error) => told(error),
      );
    }

    /** The types of the package leave out where it says which route it is about. */
    child(route: object): SharedStore {
      const { routeInfo } = route as {
        readonly routeInfo?: { readonly method?: unknown; readonly url?: string };
      };
      return new SharedStore(route, `${routeInfo?.method} ${routeInfo?.url}`);
    }
  }
  return { global: false, errorResponseBuilder: () => new TooOften(), store: SharedStore };
}
