import { systemClock } from '@portillon/core/base/system-clock.ts';
import { Hall } from './hall.ts';
import type { FromHall, ToHall } from './hall-messages.ts';

/** Boxes of some clubs in a process that can be killed as a power cut kills them. Spoken to by its parent alone. */
function tell(message: FromHall): void {
  process.send?.(message);
}

const hall = new Hall(systemClock, tell);
let work: Promise<unknown> = Promise.resolve();

process.on('message', (message: ToHall) => {
  work = work
    .then(() => hall.hear(message))
    .then(() => {
      if (message.type === 'close') process.disconnect();
    })
    .catch((error: Error) => {
      tell({ type: 'failed', detail: error.stack ?? error.message });
      process.exit(1);
    });
});
// Nobody is left who wants it.
process.once('disconnect', () => process.exit(0));
