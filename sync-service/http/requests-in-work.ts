import type { FastifyInstance } from 'fastify';

/** Counts requests whose answer is not out yet. */
export class RequestsInWork {
  #count = 0;
  #whenNone: () => void = () => undefined;

  constructor(app: FastifyInstance) {
    app.addHook('onRequest', async (_request, reply) => {
      this.#count++;
      // Once, whether it was answered or its caller has left.
      reply.raw.once('close', () => {
        this.#count--;
        if (this.#count === 0) this.#whenNone();
      });
    });
  }

  /** Resolves when there is none. */
  none(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenNone = resolve;
    });
  }
}
