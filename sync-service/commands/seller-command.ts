import { parseArgs } from 'node:util';
import { type SellerModule, sellerModules } from '@portillon/core/sale/seller-modules.ts';
import {
  changeSeller,
  listSellers,
  type Seller,
  terminalContractSchema,
  terminalNumberSchema,
} from '../postgres/sellers.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';

const usage = `  seller list        legal entities: clubs, creditor, parts of the product they take, contracts of their terminals
  seller set SIRET   changes what is named, and tells every club of it
    --creditor ICS            creditor of direct debits
    --modules A,B | all       of ${sellerModules.join(', ')}; none where it is empty
    --add-contract N          a contract by which its payment terminals are paid (repeatable)
    --remove-contract N       no longer one of them (repeatable)
    --add-terminal N          a payment terminal that it has, by serial number or number at the acquirer (repeatable)
    --remove-terminal N       no longer one of them (repeatable)`;

/** Who sells (core/wire/SPEC.md, Sellers). */
export const sellerCommand: BaseCommand = { usage, run };

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      creditor: { type: 'string' },
      modules: { type: 'string' },
      'add-contract': { type: 'string', multiple: true, default: [] },
      'remove-contract': { type: 'string', multiple: true, default: [] },
      'add-terminal': { type: 'string', multiple: true, default: [] },
      'remove-terminal': { type: 'string', multiple: true, default: [] },
    },
  });
  const [act, siret, ...more] = positionals;
  if (
    act === 'list' &&
    siret === undefined &&
    values.creditor === undefined &&
    values.modules === undefined
  ) {
    for (const seller of await listSellers(context.database)) context.say(lineOf(seller));
    return 0;
  }
  const { creditor, modules, 'add-contract': added, 'remove-contract': removed } = values;
  const { 'add-terminal': addedTerminals, 'remove-terminal': removedTerminals } = values;
  const numbers = [...addedTerminals, ...removedTerminals];
  const changesNothing =
    creditor === undefined && modules === undefined && added.length + removed.length + numbers.length === 0;
  if (act !== 'set' || siret === undefined || more.length > 0 || changesNothing) {
    context.tell(usage);
    return 2;
  }
  const wrong = [
    ...[...added, ...removed].map((contract) => terminalContractSchema.safeParse(contract)),
    ...numbers.map((number) => terminalNumberSchema.safeParse(number)),
  ];
  const problem = wrong.find(({ error }) => error)?.error?.issues[0]?.message;
  if (problem !== undefined) throw new Error(problem);
  await changeSeller(
    context.database,
    siret,
    {
      ...(creditor === undefined ? {} : { creditorId: creditor }),
      ...(modules === undefined ? {} : { modules: modulesOf(modules) }),
      addedContracts: added,
      removedContracts: removed,
      addedTerminals,
      removedTerminals,
    },
    context.clock.wallMs(),
  );
  const changed = (await listSellers(context.database)).find((seller) => seller.siret === siret);
  if (changed) context.say(lineOf(changed));
  return 0;
}

function modulesOf(text: string): readonly SellerModule[] | 'all' {
  if (text === 'all') return 'all';
  const named = text.split(',').filter((word) => word !== '');
  const isModule = (word: string): word is SellerModule =>
    (sellerModules as readonly string[]).includes(word);
  const unknown = named.find((word) => !isModule(word));
  if (unknown !== undefined) {
    throw new Error(`${unknown} is no part of the product; there are ${sellerModules.join(', ')}`);
  }
  return named.filter(isModule);
}

function lineOf({ siret, name, clubs, creditorId, modules, terminalContracts, terminals }: Seller): string {
  const takes = modules === null ? 'all' : modules.join(',') || 'none';
  const contracts = terminalContracts.join(',') || 'none known';
  const numbers = terminals.join(',') || 'none known';
  return `${siret}  ${name}  clubs ${clubs}  creditor ${creditorId ?? 'none'}  modules ${takes}  contracts ${contracts}  terminals ${numbers}`;
}
