import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../device-becomes.ts';
import { drawPicture } from './monochrome-picture.ts';
import type { PrintBlock, Printer } from './printer.ts';

/** A printer with a person in front of it. */
export interface PrinterRig {
  /** Not started. It may take 3 s to print and looks at its state every 50 ms. */
  readonly printer: Printer;
  setFault(name: PrinterFault, on: boolean): Promise<void>;
  newRoll(): Promise<void>;
  /** What is on paper, a list of lines for each piece; blank lines at the end left out. */
  papers(): readonly {
    readonly lines: readonly string[];
    readonly qr: readonly string[];
    readonly cut: boolean;
  }[];
  /** Resolves when the paper being printed has at least so many rows. */
  printedRows(count: number): Promise<void>;
  /** Resolves when nothing is left to print. */
  printedAll(): Promise<void>;
  close(): Promise<void>;
}

export type PrinterFault =
  | 'paper-out'
  | 'paper-near-end'
  | 'cover-open'
  | 'cutter-error'
  | 'silent'
  | 'garbled'
  | 'unasked'
  | 'cable-pulled'
  | 'power-off'
  | 'paper-out-mid-print'
  | 'cover-open-mid-print'
  | 'power-off-mid-print';

const receipt: readonly PrintBlock[] = [
  { kind: 'logo', picture: drawPicture(64, 24, (x) => x % 16 < 8) },
  { kind: 'text', text: 'Cadence Lyon Part-Dieu', bold: true, align: 'centre' },
  { kind: 'rule' },
  { kind: 'pair', left: 'Abonnement Liberté', right: '39,90 €' },
  { kind: 'table', head: ['Taux', 'HT', 'TTC'], rows: [['20 %', '33,25 €', '39,90 €']] },
  ...Array.from({ length: 12 }, (_, line): PrintBlock => ({ kind: 'text', text: `Ligne ${line + 1}` })),
  { kind: 'qr', data: 'PORTILLON:TEST' },
];

/** What every printer promises, run on driver and device over their real transport. */
export function printerContract(model: string, makeRig: () => Promise<PrinterRig>): void {
  describe(`printer ${model}`, () => {
    let rig: PrinterRig;

    beforeEach(async () => {
      rig = await makeRig();
      rig.printer.start();
      await deviceBecomes(rig.printer, isReady);
    });
    afterEach(() => rig.close());

    it('says that it printed once everything is on paper and cut', async () => {
      expect(await rig.printer.print(receipt)).toEqual({ kind: 'printed' });
      const [paper, ...others] = rig.papers();
      expect(others).toEqual([]);
      expect(paper?.cut).toBe(true);
      expect(paper?.qr).toEqual(['PORTILLON:TEST']);
      expect(paper?.lines[0]).toBe('Cadence Lyon Part-Dieu');
      expect(paper?.lines[2]).toMatch(/^Abonnement Liberté +39,90 €$/);
      expect(paper?.lines[2]).toHaveLength(rig.printer.columns);
      expect(paper?.lines.at(-1)).toBe('Ligne 12');
    });

    it('prints one receipt after the other, however fast they are asked for', async () => {
      const outcomes = await Promise.all(
        [1, 2, 3].map((n) => rig.printer.print([{ kind: 'text', text: `n° ${n}` }])),
      );
      expect(outcomes).toEqual([{ kind: 'printed' }, { kind: 'printed' }, { kind: 'printed' }]);
      expect(rig.papers().map((paper) => paper.lines[0])).toEqual(['n° 1', 'n° 2', 'n° 3']);
    });

    it.each([
      ['paper-out', 'printer.paper-out'],
      ['cover-open', 'printer.cover-open'],
    ] as const)('names %s, puts nothing on paper, and is ready again by itself', async (name, code) => {
      await rig.setFault(name, true);
      expect(await rig.printer.print(receipt)).toMatchObject({
        kind: 'not-printed',
        fault: { code },
        onPaper: 'nothing',
      });
      await deviceBecomes(rig.printer, hasFault(code));
      expect(rig.papers()).toEqual([]);
      if (name === 'paper-out') await rig.newRoll();
      else await rig.setFault(name, false);
      await deviceBecomes(rig.printer, isReady);
      expect(await rig.printer.print(receipt)).toEqual({ kind: 'printed' });
    });

    it('goes on printing while the roll is only nearly used up', async () => {
      await rig.setFault('paper-near-end', true);
      expect(await rig.printer.print(receipt)).toEqual({ kind: 'printed' });
      expect(rig.printer.state).toEqual({ status: 'ready' });
      expect(rig.printer.warning).toBe('printer.paper-low');
    });

    it.each([
      ['paper-out-mid-print', 'paper-out', 'printer.paper-out'],
      ['cover-open-mid-print', 'cover-open', 'printer.cover-open'],
    ] as const)(
      '[I11] tells when %s stops it, and never lets the rest come out in front of the next person',
      async (name, cause, code) => {
        await rig.setFault(name, true);
        expect(await rig.printer.print(receipt)).toMatchObject({
          kind: 'not-printed',
          fault: { code },
          onPaper: 'part',
        });
        await deviceBecomes(rig.printer, hasFault(code));
        await rig.setFault(cause, false);
        await deviceBecomes(rig.printer, isReady);
        await rig.printedAll();
        expect(rig.papers()).toHaveLength(1);
        expect(rig.papers()[0]).toMatchObject({ qr: [], cut: false });
        expect(await rig.printer.print([{ kind: 'text', text: 'suivant' }])).toEqual({ kind: 'printed' });
        expect(rig.papers()).toMatchObject([
          { qr: [], cut: true },
          { lines: ['suivant'], cut: true },
        ]);
      },
    );

    it('[I11] does not know whether the customer has a receipt that the cutter did not cut', async () => {
      expect(await rig.printer.print([{ kind: 'text', text: 'avant' }])).toEqual({ kind: 'printed' });
      await rig.setFault('cutter-error', true);
      expect(await rig.printer.print(receipt)).toMatchObject({
        kind: 'unknown',
        fault: { code: 'printer.hardware', detail: 'cutter' },
      });
      await deviceBecomes(rig.printer, hasFault('printer.hardware'));
      await rig.setFault('cutter-error', false);
      await deviceBecomes(rig.printer, isReady);
      expect(await rig.printer.print([{ kind: 'text', text: 'suivant' }])).toEqual({ kind: 'printed' });
      expect(rig.papers()).toMatchObject([
        { lines: ['avant'] },
        { qr: ['PORTILLON:TEST'] },
        { lines: ['suivant'] },
      ]);
    });

    it('[I11] does not know what became of a receipt when the power goes half way', async () => {
      await rig.setFault('power-off-mid-print', true);
      expect(await rig.printer.print(receipt)).toMatchObject({ kind: 'unknown' });
      expect(await rig.printer.print(receipt)).toMatchObject({ kind: 'not-printed', onPaper: 'nothing' });
      await rig.setFault('power-off', false);
      await deviceBecomes(rig.printer, isReady);
      await rig.printedAll();
      expect(rig.papers()).toHaveLength(1);
      expect(await rig.printer.print([{ kind: 'text', text: 'suivant' }])).toEqual({ kind: 'printed' });
      expect(rig.papers()).toMatchObject([{ qr: [], cut: true }, { lines: ['suivant'] }]);
    });

    it('throws away what a stopped printer still holds of a receipt whose line was lost', async () => {
      await rig.setFault('paper-out-mid-print', true);
      const outcome = rig.printer.print(receipt);
      await rig.printedRows(3);
      await rig.setFault('cable-pulled', true);
      expect(await outcome).toMatchObject({ kind: 'unknown' });
      await rig.printedRows(6);
      await rig.setFault('cable-pulled', false);
      await deviceBecomes(rig.printer, hasFault('printer.paper-out'));
      await rig.newRoll();
      await deviceBecomes(rig.printer, isReady);
      await rig.printedAll();
      expect(rig.papers()).toMatchObject([{ qr: [] }]);
    });

    it('[I11] does not know what became of a receipt when the cable is pulled half way', async () => {
      const outcome = rig.printer.print(receipt);
      await rig.printedRows(3);
      await rig.setFault('cable-pulled', true);
      expect(await outcome).toMatchObject({ kind: 'unknown', fault: { code: 'transport.pulled' } });
      expect(await rig.printer.print(receipt)).toMatchObject({
        kind: 'not-printed',
        fault: { code: expect.stringMatching(/^transport\./) },
      });
      await rig.setFault('cable-pulled', false);
      await deviceBecomes(rig.printer, isReady);
      await rig.printedAll();
      expect(rig.papers()).toHaveLength(1);
    });

    it.each([
      ['silent', 'printer.no-answer'],
      ['garbled', 'line.garbled'],
    ] as const)(
      '[I11] does not know what became of a receipt when the printer turns %s',
      async (name, code) => {
        const outcome = rig.printer.print(receipt);
        await rig.printedRows(2);
        await rig.setFault(name, true);
        expect(await outcome).toMatchObject({ kind: 'unknown', fault: { code } });
        await rig.setFault(name, false);
        await deviceBecomes(rig.printer, isReady);
        expect(await rig.printer.print([{ kind: 'text', text: 'suivant' }])).toEqual({ kind: 'printed' });
        expect(rig.papers().map((paper) => paper.lines[0])).toEqual(['Cadence Lyon Part-Dieu', 'suivant']);
      },
    );

    it.each([
      ['silent', 'printer.no-answer'],
      ['garbled', 'line.garbled'],
      ['cable-pulled', 'transport.pulled'],
    ] as const)(
      'names a printer that is %s at rest, prints nothing, and is ready again by itself',
      async (name, code) => {
        await rig.setFault(name, true);
        await deviceBecomes(rig.printer, hasFault(code));
        expect(await rig.printer.print(receipt)).toMatchObject({ kind: 'not-printed' });
        expect(rig.papers()).toEqual([]);
        await rig.setFault(name, false);
        await deviceBecomes(rig.printer, isReady);
      },
    );

    it('is not misled by answers to questions never asked', async () => {
      await rig.setFault('unasked', true);
      const outcome = rig.printer.print(receipt);
      await rig.printedRows(5);
      await rig.setFault('paper-out', true);
      expect(await outcome).toMatchObject({ kind: 'not-printed', fault: { code: 'printer.paper-out' } });
    });

    it('ends when it is stopped under way, and leaves nothing running', async () => {
      const outcome = rig.printer.print(receipt);
      await rig.printedRows(1);
      await rig.printer.stop();
      expect(await outcome).toMatchObject({ kind: 'unknown', fault: { code: 'transport.closed' } });
      expect(rig.printer.state).toEqual({ status: 'stopped' });
    });
  });
}
