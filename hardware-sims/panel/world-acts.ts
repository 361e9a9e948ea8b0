import { z } from 'zod';
import type { World } from '../world/world.ts';
import type { WorldActName, WorldActs } from './club-view.ts';

/** The acts of a person (`WorldActs`) as the server takes them: how the request must look, and what it does. */

const gateId = z.string().max(40).optional();
const cardId = z.string().regex(/^[0-9A-F]{8,20}$/, 'the number of the chip in upper-case hex');
const index = z.int().min(0).max(100_000);
const holdMs = z.number().min(0).max(60_000).optional();

type Act<Name extends WorldActName> = (world: World, request: unknown) => Promise<WorldActs[Name]['answer']>;

function act<Args, Answer>(schema: z.ZodType<Args>, run: (world: World, args: Args) => Promise<Answer>) {
  return (world: World, request: unknown): Promise<Answer> => run(world, schema.parse(request));
}

export const worldActs: { readonly [Name in WorldActName]: Act<Name> } = {
  'take-card': act(z.strictObject({}), (world) => world.takeCard()),
  tap: act(z.strictObject({ gateId, cardId, holdMs }), (world, args) => world.tap(args)),
  'lay-on-kiosk': act(z.strictObject({ cardId }), (world, args) => world.layOnKiosk(args)),
  'lift-from-kiosk': act(z.strictObject({}), (world) => world.liftFromKiosk()),
  'card-fault': act(z.strictObject({ cardId, name: z.string().max(40), on: z.boolean() }), (world, args) =>
    world.cardFault(args),
  ),
  push: act(z.strictObject({ gateId, direction: z.enum(['entry', 'exit']) }), (world, args) =>
    world.push(args),
  ),
  'walk-through': act(
    z.strictObject({ gateId, cardId, holdMs, limitMs: z.number().min(0).max(60_000).optional() }),
    (world, args) => world.walkThrough(args),
  ),
  scan: act(
    z.union([
      z.strictObject({ gateId, text: z.string().min(1).max(3072) }),
      z.strictObject({ gateId, paperIndex: index, qrIndex: index.optional() }),
    ]),
    (world, args) => world.scan(args),
  ),
  'tear-paper': act(z.strictObject({ paperIndex: index.optional() }), (world, args) => world.tearPaper(args)),
  'present-card': act(
    z.strictObject({ answer: z.enum(['approve', 'decline', 'timeout-after-approval']) }),
    (world, args) => world.presentCard(args),
  ),
  'cut-network': act(z.strictObject({}), (world) => world.cutNetwork()),
  'restore-network': act(z.strictObject({}), (world) => world.restoreNetwork()),
};
