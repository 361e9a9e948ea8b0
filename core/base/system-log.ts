import { destination, type Logger, pino } from 'pino';
import type { Log, LogFields } from './log.ts';

/** Fields that could carry a person or a card; they are replaced should a call pass one by mistake. */
const guardedFields = [
  'name',
  'givenName',
  'familyName',
  'birthDate',
  'email',
  'phone',
  'photo',
  'iban',
  'pan',
  'track',
];

/** One JSON line an entry on standard error, written at once so that the last words before a crash are kept. */
export function systemLog(program: string, level = process.env.PORTILLON_LOG ?? 'info'): Log {
  const logger = pino(
    { level, base: { program }, redact: guardedFields, formatters: { level: (label) => ({ level: label }) } },
    destination({ fd: 2, sync: true }),
  );
  return adapt(logger);
}

function adapt(logger: Logger): Log {
  return {
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
    child: (fields: LogFields) => adapt(logger.child(fields)),
  };
}
