import { formatEuros } from '@portillon/ui/format/money.ts';
import { useState } from 'react';
import type { FoundSale, MadeOrder } from '../http/staff/order-view.ts';
import { OrderForm } from './order-form.tsx';
import type { OrderWords } from './order-words.ts';
import { centsOfTyped, typedOfCents } from './typed-euros.ts';
import type { Language } from './words.ts';

export interface RefundFormProps {
  readonly sale: FoundSale;
  readonly caseId: string | null;
  readonly ofSale: string | null;
  readonly language: Language;
  readonly text: OrderWords;
  readonly onGiven: (made: MadeOrder) => void;
}

/** Line by line what was paid, what came back, and what is to come back now: all that is left, unless staff say less. */
export function RefundForm({ sale, caseId, ofSale, language, text, onGiven }: RefundFormProps) {
  const left = sale.lines.map(({ grossCents, givenBackCents }) => grossCents - givenBackCents);
  const [typed, setTyped] = useState(() => left.map((cents) => typedOfCents(cents, language)));
  const [ends, setEnds] = useState(false);
  const amounts = typed.map(centsOfTyped);
  const now = amounts.reduce<number>((sum, cents) => sum + (cents ?? 0), 0);
  const euros = (cents: number) => formatEuros(cents, language);
  const numbered = sale.lines.map((line, index) => ({ line, index, key: `${index} ${line.label}` }));

  return (
    <OrderForm
      title={text.refund}
      ofSale={ofSale}
      text={text}
      onGiven={onGiven}
      order={(reason) => {
        const backCents = amounts.flatMap((cents, index) =>
          cents !== null && cents <= (left[index] ?? 0) ? [cents] : [],
        );
        if (backCents.length !== left.length || now === 0) return 'notAnAmount';
        return { kind: 'refund', saleId: sale.saleId, backCents, endsMembership: ends, reason, caseId };
      }}
    >
      <table className="sale-lines">
        <thead>
          <tr>
            <th scope="col">{text.columns.line}</th>
            <th scope="col">{text.columns.paid}</th>
            <th scope="col">{text.columns.givenBack}</th>
            <th scope="col">{text.columns.now}</th>
          </tr>
        </thead>
        <tbody>
          {numbered.map(({ line, index, key }) => (
            <tr key={key}>
              <th scope="row">{line.label}</th>
              <td>{euros(line.grossCents)}</td>
              <td>{euros(line.givenBackCents)}</td>
              <td>
                <input
                  inputMode="decimal"
                  aria-label={text.backNow(line.label)}
                  value={typed[index] ?? ''}
                  disabled={left[index] === 0}
                  onChange={(event) =>
                    setTyped(typed.map((before, at) => (at === index ? event.target.value : before)))
                  }
                />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{text.total}</th>
            <td>{euros(sale.totalCents)}</td>
            <td>{euros(sale.givenBackCents)}</td>
            <td className="figure">{euros(now)}</td>
          </tr>
        </tfoot>
      </table>
      {sale.membership && (
        <label className="tick">
          <input type="checkbox" checked={ends} onChange={(event) => setEnds(event.target.checked)} />
          {text.endsMembership}
        </label>
      )}
    </OrderForm>
  );
}
