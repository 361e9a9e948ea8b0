import type { Log, LogFields } from '@portillon/core/base/log.ts';

/** A log whose entries a test can look at. */
export class RecordedLog implements Log {
  readonly entries: { readonly level: string; readonly event: string; readonly fields: LogFields }[] = [];

  debug(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'debug', event, fields });
  }

  info(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'info', event, fields });
  }

  warn(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'warn', event, fields });
  }

  error(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'error', event, fields });
  }

  child(): Log {
    return this;
  }
}
