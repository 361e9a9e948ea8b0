// @ts-check
/**
 * The operator's page of faults, written from the registry: what a fault means, what the machine does, what staff do.
 * @param {Readonly<Record<string, { meaning: string, machineDoes: string, staffDo: string }>>} faults
 */
export function faultPage(faults) {
  const sections = Object.entries(faults).map(
    ([code, { meaning, machineDoes, staffDo }]) =>
      `## \`${code}\`\n\n${meaning}\n\n- **The machine:** ${machineDoes}\n- **Staff:** ${staffDo}\n`,
  );
  return [
    '# Faults',
    '',
    'A fault is the world failing: a jam, a pulled cable, a silent device. Screens and logs name it by the code below.',
    'Written from `core/base/fault-codes.ts` by `npm run docs:faults`; do not edit by hand.',
    '',
    ...sections,
  ].join('\n');
}
