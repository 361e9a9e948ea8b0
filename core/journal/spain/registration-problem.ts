import type { FiscalRules, Registration } from '../fiscal-rules.ts';
import { type FiscalRecord, readFields } from '../record-layout.ts';
import { huella } from './huella.ts';
import { fiscalRulesOfSpain } from './veri-factu.ts';

/** A registration as it is kept: its number in the chain of the till, and the taking that it registers. */
export interface StoredRegistration extends Registration {
  readonly no: number;
  readonly takingNo: number;
  /** Digest of the registration before; empty for the first. */
  readonly previousDigest: string;
}

/**
 * What is wrong with a registration (FJ29); null when it holds. It is made again from its taking; of a taking that was
 * purged only link and digest can be looked at. `original` is what the taking undoes.
 */
export function registrationProblem(
  stored: StoredRegistration,
  previousDigest: string,
  taking: FiscalRecord | null,
  original: FiscalRecord | null,
): string | null {
  if (stored.previousDigest !== previousDigest) return 'does not follow the registration before it';
  if (stored.digest !== huella(stored.text)) return 'has a huella that is not its own';
  const rules = rulesWritten(stored);
  if (!rules) return 'cannot be read';
  if (stored.text.startsWith('IDEmisorFacturaAnulada=') !== (stored.kind === 'anulacion'))
    return 'is of another kind than its text';
  if (!taking) return null;
  const voids = readFields('T1', taking.text)?.type === 'ANNUL';
  if (voids !== (stored.kind === 'anulacion')) return 'says something else than its taking';
  if (voids && !original) return null;
  const made = rules.registration(taking, previousDigest, original);
  return made?.kind === stored.kind && made.text === stored.text
    ? null
    : 'says something else than its taking';
}

/** The taxpayer and the series as the registration itself names them. */
function rulesWritten({ text }: StoredRegistration): FiscalRules | null {
  const written = /^IDEmisorFactura(?:Anulada)?=([^&]*)&NumSerieFactura(?:Anulada)?=([^&]*?)\d+&/.exec(text);
  const [, nif, series] = written ?? [];
  return nif === undefined || series === undefined ? null : fiscalRulesOfSpain({ nif, series });
}
