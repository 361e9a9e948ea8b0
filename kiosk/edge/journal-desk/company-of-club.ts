import type { ClubRecord } from '@portillon/core/access/access-facts.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { type Company, companySchema } from '@portillon/core/journal/archive-manifest.ts';

/** Who the books belong to, as the member base tells it of the club. The error is a sentence for the operator. */
export function companyOf({ legalEntity }: ClubRecord): Result<Company, string> {
  const { name, address, siret, vatNumber } = legalEntity;
  const company = companySchema.safeParse({
    name: name.trim(),
    address: address.trim(),
    siret: siret.replace(/\s/g, ''),
    vatNumber: vatNumber.replace(/\s/g, ''),
    // The feed tells no code of the trade.
    naf: '',
  });
  if (company.success) return ok(company.data);
  const wrong = [...new Set(company.error.issues.map(({ path }) => String(path[0])))].join(', ');
  return err(
    `The member base tells of this company what cannot stand in an archive: ${wrong}. Correct it there.`,
  );
}
