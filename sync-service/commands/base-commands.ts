import { accountCommand } from './account-command.ts';
import { adapterCommand } from './adapter-command.ts';
import { apiKeyCommand } from './api-key-command.ts';
import type { BaseCommand } from './base-command.ts';
import { boxCommand } from './box-command.ts';
import { copyCommand } from './copy-command.ts';
import { deviceCommand } from './device-command.ts';
import { legacyCommand } from './legacy-command.ts';
import { readLogCommand } from './read-log-command.ts';
import { rebuildCommand } from './rebuild-command.ts';
import { restoredCommand } from './restored-command.ts';
import { retentionCommand } from './retention-command.ts';
import { sellerCommand } from './seller-command.ts';

/** What `npm run base --` knows, by its word. */
export const baseCommands: Readonly<Record<string, BaseCommand>> = {
  account: accountCommand,
  'read-log': readLogCommand,
  copy: copyCommand,
  'api-key': apiKeyCommand,
  adapter: adapterCommand,
  box: boxCommand,
  device: deviceCommand,
  legacy: legacyCommand,
  rebuild: rebuildCommand,
  restored: restoredCommand,
  retention: retentionCommand,
  seller: sellerCommand,
};
