import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import type { SealOfSystem } from '@portillon/sync-service/secrets/secret-seal.ts';
import { readEdgeConfig } from '../edge-config.ts';
import { openClosedTill } from './closed-till.ts';
import { askDesk } from './desk-client.ts';
import type { DeskAnswer } from './desk-request.ts';
import { findSocketPath } from './desk-socket-path.ts';
import { readJournalArguments } from './journal-arguments.ts';

export interface JournalCommandOptions {
  readonly software: Software;
  /** What the operating system keeps the secrets under; without it they lie in clear, and the log says so. */
  readonly seal?: SealOfSystem | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Standard output and standard error, a line at a time. */
  readonly say: (text: string) => void;
  readonly tell: (text: string) => void;
}

/** What the program ends with: done; could not be done or does not hold; called wrongly. */
type ExitCode = 0 | 1 | 2;

/** One command at the journal of a till: asks the running edge, or opens the books of one that does not run. */
export async function runJournalCommand(
  args: readonly string[],
  options: JournalCommandOptions,
): Promise<ExitCode> {
  const { clock, say, tell } = options;
  const call = readJournalArguments(args);
  if (!call.ok) {
    tell(call.error);
    return 2;
  }
  const config = await readEdgeConfig(call.value.config);
  if (!config.ok) {
    tell(config.error.detail);
    return 2;
  }
  const { request, json } = call.value;
  const asked = await askDesk(await findSocketPath(config.value.stateFolder), request, clock);
  if (asked.kind === 'failed') {
    tell(asked.sentence);
    return 1;
  }
  if (asked.kind === 'answered') {
    tell('The running till answers:');
    return shown(asked.answer);
  }
  const till = await openClosedTill({ ...options, config: config.value });
  if (!till.ok) {
    tell(till.error);
    return 1;
  }
  tell('The till does not run; its books were opened here:');
  try {
    return shown(await till.value.desk.answer(request));
  } finally {
    await till.value.close();
  }

  function shown({ outcome, text, value }: DeskAnswer): ExitCode {
    if (json) say(JSON.stringify(value));
    else if (outcome === 'done') say(text);
    else tell(text);
    return outcome === 'done' ? 0 : 1;
  }
}
