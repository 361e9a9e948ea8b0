import { digestSchema } from '@portillon/core/wire/event.ts';
import { toldPhotoMaxBytes } from '@portillon/core/wire/messages.ts';
import type { FastifyInstance } from 'fastify';
import { imageType, openDocument } from '../postgres/attachments.ts';
import { photoToldTo } from '../postgres/club-people.ts';
import { countRequest } from '../postgres/request-rates.ts';
import type { BaseContext } from './base-context.ts';
import { type RefusalWords, refuse } from './refusal.ts';
import { signed } from './signed-handler.ts';

/** A box asks for the photo of who was let in and whose it does not have: far fewer than this, day by day. */
const photosAMinute = 60;
const minuteMs = 60_000;

/** The same words whether there is such a photo elsewhere or not: nobody learns that somebody is a member of another club. */
const notTold: RefusalWords = {
  code: 'photo.not-told',
  message: 'no photo of that digest is of somebody of this club, as the feed tells it now',
};

/** `GET /v1/photos/:digest`: the photo of somebody of the edge's own club, as it was taken (W-PERSON-4). */
export function photoRoute(app: FastifyInstance, base: BaseContext): void {
  app.get(
    '/v1/photos/:digest',
    signed(base, async ({ edgeId, clubId }, request, reply) => {
      const { database, log } = base;
      const digest = digestSchema.safeParse((request.params as { digest?: string }).digest).data;
      const { count, leftMs } = await countRequest(database, 'photos', edgeId, minuteMs);
      if (count > photosAMinute) {
        log.warn('photo.refused', { edgeId, code: 'request.too-often' });
        const message = `a box asks for ${photosAMinute} photos a minute at most`;
        return refuse(reply, { code: 'request.too-often', message, retryAfterMs: leftMs });
      }
      const memberId = digest === undefined ? null : await photoToldTo(database, clubId, digest);
      const photo =
        digest === undefined || memberId === null ? null : await openDocument(base, memberId, digest);
      const type = photo && photo.length <= toldPhotoMaxBytes ? imageType(photo) : null;
      if (!photo || !type) {
        log.warn('photo.refused', { edgeId, code: notTold.code });
        return refuse(reply, notTold);
      }
      // Ids alone: whose photo left the base for which box.
      log.info('photo.told', { edgeId, memberId });
      return reply.header('content-type', type).header('cache-control', 'no-store').send(Buffer.from(photo));
    }),
  );
}
