import { createWriteStream } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { personSaidSchema } from '../http/staff/privacy-view.ts';
import { whereAndWhat } from '../http/where-and-what.ts';
import { type Candidate, findCandidates } from '../postgres/erasure/find-candidates.ts';
import { logPrivacy } from '../postgres/erasure/privacy-log.ts';
import { memberCopy } from '../postgres/member-copy.ts';
import { nobodysAccount, writePersonRead } from '../postgres/person-reads.ts';
import { type PersonSaid, sayEnough } from '../privacy/person-match.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';
import { callerOf } from './caller.ts';
import { openDocumentKeys } from './document-keys.ts';

const usage = `  copy --to FILE WHO…
                     writes all that the base holds of one person into a new file, for its owner only: rows, photo and documents
                     as JSON. WHO: --given-name, --family-name and --birth-date, --email, --phone, --reference (of a sale, or the
                     number of a card), --member ID. Where several may be meant, or something said is not theirs, it lists them,
                     writes nothing and ends with 3: say --member then
    --list           only lists who may be meant
    --keys FOLDER    where base-keys.json lies, when not in the state folder`;

/** The right to a copy, on the machine of the base (privacy/kept/SPEC.md, RC5 and RC6). */
export const copyCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { tell } = context;
  const { values } = parseArgs({
    args: [...args],
    options: {
      to: { type: 'string' },
      'given-name': { type: 'string' },
      'family-name': { type: 'string' },
      'birth-date': { type: 'string' },
      email: { type: 'string' },
      phone: { type: 'string' },
      reference: { type: 'string' },
      member: { type: 'string' },
      list: { type: 'boolean', default: false },
      keys: { type: 'string' },
    },
  });
  const { to, list } = values;
  const said = personSaidSchema.safeParse({
    givenName: values['given-name'],
    familyName: values['family-name'],
    birthDate: values['birth-date'],
    email: values.email,
    phone: values.phone,
    reference: values.reference,
    memberId: values.member,
  });
  if ((to === undefined) !== list) {
    tell(usage);
    return 2;
  }
  if (!said.success) {
    const { path, message } = whereAndWhat(said.error);
    tell(
      `--${path === 'memberId' ? 'member' : path.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${message}`,
    );
    return 2;
  }
  if (!sayEnough(said.data)) {
    tell('Say who: the whole name with the birth date, or an e-mail address, phone, sale, card or member.');
    return 2;
  }
  const candidates = await found(said.data, context);
  const [one] = candidates;
  if (!one) {
    tell('Nobody in the base is meant by that.');
    return 1;
  }
  if (to === undefined) {
    for (const each of candidates) context.say(line(each));
    return 0;
  }
  // PV2: the base does not choose.
  if (candidates.length > 1 || Object.values(one.found).includes('other')) {
    for (const each of candidates) context.say(line(each));
    tell('Nothing was written. Look at who is meant, and say --member with the id alone.');
    return 3;
  }
  return write(one, to, values.keys ?? null, context);
}

/** Written down as at the privacy desk: what was compared, and whom it led to; not what was typed. */
async function found(said: PersonSaid, { database, environment, clock, random }: CommandContext) {
  const candidates = await findCandidates(database, said);
  const by = Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  await logPrivacy(
    database,
    { clock, random },
    { id: null, name: callerOf(environment) },
    { action: 'searched', detail: { by: by.sort(), found: candidates.map(({ memberId }) => memberId) } },
  );
  return candidates;
}

function line({ memberId, name, birthDate, memberSince, found: agreed, erasedAt }: Candidate): string {
  const compared = Object.entries(agreed).map(([key, how]) => `${key} ${how}`);
  const forgotten = erasedAt === null ? [] : [`forgotten ${erasedAt}`];
  const parts = [memberId, name ?? '-', birthDate ?? '-', `since ${memberSince}`, ...compared, ...forgotten];
  return parts.join('\t');
}

async function write(
  { memberId, erasedAt }: Candidate,
  path: string,
  keyFolder: string | null,
  context: CommandContext,
): Promise<ExitCode> {
  const { database, environment, clock, random, say, tell } = context;
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) {
    tell(`${path} is there already: name a new file.`);
    return 1;
  }
  const base = await openDocumentKeys(context, keyFolder);
  try {
    await writePersonRead(database, {
      id: newId<'person-read'>(clock, random),
      user: { id: nobodysAccount, name: callerOf(environment) },
      memberId,
      page: 'copy',
      cameFrom: 'command',
      nowMs: clock.wallMs(),
    });
    const copy = await memberCopy(base, memberId, isoTime(clock.wallMs()));
    if (!copy) throw new Error('This member has gone from the base in the meantime.');
    await writeNew(path, copy);
  } finally {
    await base.memberKeys.end();
  }
  say(`${memberId}: ${path}`);
  if (erasedAt !== null) tell('This person was forgotten: ids are all that is left.');
  return 0;
}

/** Whole or not at all, and never over another file. */
async function writeNew(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const out = createWriteStream(path, { mode: 0o600, flags: 'wx' });
  let isOurs = false;
  out.once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(Readable.from(pieces), out);
  } catch (error) {
    if (isOurs) await rm(path, { force: true });
    throw new Error(`${path} could not be written: ${(error as Error).message}`);
  }
}
