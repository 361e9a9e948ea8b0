import { type DeviceAboutTold, deviceMarks } from '@portillon/core/wire/messages.ts';

/** A terminal as it is known at its place, and how that differs from what was known before. */
export interface TerminalAtPlace {
  readonly about: DeviceAboutTold;
  /** Another one stands there: its serial number, or its number at the acquirer, is another. */
  readonly replaced: boolean;
  /** A number came to be known, or is another. */
  readonly isNews: boolean;
}

/** By which a terminal is known again. */
const numbers = ['serial', 'terminalId'] as const;

/**
 * W-DEVICE-4. Many terminals tell what they are with a payment only, so that a box says less after each start: what it does not
 * say stays as it was, and what its configuration says never takes the place of what the terminal itself had said.
 */
export function terminalAtPlace(before: DeviceAboutTold | null, told: DeviceAboutTold): TerminalAtPlace {
  const said = withoutWeaker(before, told);
  const replaced = numbers.some((mark) => isOther(before?.[mark], said[mark]));
  const about = replaced || before === null ? said : merged(before, said);
  return { about, replaced, isNews: numbers.some((mark) => about[mark] !== before?.[mark]) };
}

function isOther(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}

function isConfigured(about: DeviceAboutTold, mark: string): boolean {
  return about.configured?.includes(mark) ?? false;
}

function withoutWeaker(before: DeviceAboutTold | null, told: DeviceAboutTold): DeviceAboutTold {
  const isWeaker = (mark: string) =>
    before !== null &&
    isConfigured(told, mark) &&
    before[mark as keyof DeviceAboutTold] !== undefined &&
    !isConfigured(before, mark);
  return only(told, (mark) => !isWeaker(mark));
}

function merged(before: DeviceAboutTold, said: DeviceAboutTold): DeviceAboutTold {
  const rest = only(before, (mark) => said[mark as keyof DeviceAboutTold] === undefined);
  return joined({ ...rest, ...said }, [...(rest.configured ?? []), ...(said.configured ?? [])]);
}

function only(about: DeviceAboutTold, keeps: (mark: string) => boolean): DeviceAboutTold {
  const kept = deviceMarks.filter((mark) => about[mark] !== undefined && keeps(mark));
  return joined(
    Object.fromEntries(kept.map((mark) => [mark, about[mark]])),
    kept.filter((mark) => isConfigured(about, mark)),
  );
}

function joined(marks: DeviceAboutTold, configured: readonly string[]): DeviceAboutTold {
  const { configured: _, ...rest } = marks;
  return configured.length === 0 ? rest : { ...rest, configured: [...configured] };
}

/** What of the terminal staff should look at, one sentence each. */
export function terminalFindings(facts: {
  readonly before: DeviceAboutTold | null;
  readonly now: TerminalAtPlace;
  readonly seller: string;
  /** Numbers of the terminals that the seller is known to have; empty where none is known. */
  readonly known: readonly string[];
  readonly contracts: readonly string[];
  /** The club where it was told last, if that is another one. */
  readonly otherClub: string | null;
}): string[] {
  const { before, now, seller, known, contracts, otherClub } = facts;
  const { about, replaced } = now;
  const named = nameOf(about);
  const isKnown = numbers.some((mark) => about[mark] !== undefined && known.includes(about[mark]));
  // One that the terminal itself says comes with a sale, which opens a case of its own (W-SELLER-4).
  const contract = isConfigured(about, 'contract') ? about.contract : undefined;
  return [
    ...(replaced && before ? [`${named} stands in place of ${nameOf(before)}`] : []),
    ...(otherClub === null ? [] : [`${named} was at ${otherClub} before`]),
    ...(known.length > 0 && !isKnown ? [`${named} is none of the terminals of ${seller}`] : []),
    ...(contract !== undefined && contracts.length > 0 && !contracts.includes(contract)
      ? [`contract ${contract} is none of ${seller}`]
      : []),
  ];
}

function nameOf({ serial, terminalId }: DeviceAboutTold): string {
  return [serial && `serial ${serial}`, terminalId && `terminal ${terminalId}`].filter(Boolean).join(', ');
}
