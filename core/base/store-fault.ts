import { type Fault, type FaultCode, fault } from './fault-codes.ts';

/**
 * The disk or the database failed. Thrown, since a store that fails takes its caller's whole step with it; whoever
 * composes the edge catches it once and shows `fault`. A broken rule of the schema is a bug and is not of this type.
 */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
  readonly fault: Fault;

  constructor(code: FaultCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.fault = fault(code, detail);
  }
}

/** Result codes (sqlite.org/rescode.html) that are the world's doing; the others are bugs of ours. */
const worldly: Readonly<Record<string, FaultCode>> = {
  SQLITE_FULL: 'store.full',
  SQLITE_IOERR: 'store.failed',
  SQLITE_CORRUPT: 'store.failed',
  SQLITE_NOTADB: 'store.failed',
  SQLITE_CANTOPEN: 'store.failed',
  SQLITE_READONLY: 'store.failed',
  SQLITE_PERM: 'store.failed',
  SQLITE_BUSY: 'store.failed',
  SQLITE_LOCKED: 'store.failed',
  SQLITE_PROTOCOL: 'store.failed',
  SQLITE_NOMEM: 'store.failed',
  // Of the file system, when a key or a folder is written.
  ENOSPC: 'store.full',
  EDQUOT: 'store.full',
  EACCES: 'store.failed',
  EPERM: 'store.failed',
  EROFS: 'store.failed',
  EIO: 'store.failed',
  ENOTDIR: 'store.failed',
  EEXIST: 'store.failed',
  EMFILE: 'store.failed',
};

/** The error as a `StoreFault` when the world failed, or as it is when it is a bug. */
export function asStoreFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreFault) return error;
  const code = worldly[(error as NodeJS.ErrnoException).code ?? ''];
  return code ? new StoreFault(code, error.message, { cause: error }) : error;
}
