import { formatEuros } from '@portillon/ui/format/money.ts';
import { useId, useState } from 'react';
import type { ClubView } from '../http/staff/live-view.ts';
import type { FoundSale, FoundSales, MadeOrder } from '../http/staff/order-view.ts';
import { OrderForm } from './order-form.tsx';
import type { OrderWords } from './order-words.ts';
import { dayAndTime, type Language } from './words.ts';

export interface CardFormProps {
  readonly card: NonNullable<FoundSale['card']>;
  readonly found: FoundSales;
  /** The club of the sale: its kiosk is chosen first. */
  readonly clubId: string;
  readonly caseId: string | null;
  readonly ofSale: string | null;
  readonly clubs: ReadonlyMap<string, ClubView>;
  readonly language: Language;
  readonly text: OrderWords;
  readonly onGiven: (made: MadeOrder) => void;
}

/** Another card: at which kiosk, and whether it costs something. What a case owes is free unless staff say otherwise. */
export function CardForm(props: CardFormProps) {
  const { card, found, clubId, caseId, clubs, language, text, onGiven } = props;
  const { kiosks, cardFeeCents } = found;
  const [edgeId, setEdgeId] = useState(
    () => (kiosks.find((kiosk) => kiosk.clubId === clubId) ?? kiosks[0])?.edgeId ?? '',
  );
  const [free, setFree] = useState(caseId !== null || cardFeeCents === 0);
  const id = useId();
  if (kiosks.length === 0) return <p className="empty">{text.noKiosk}</p>;
  return (
    <OrderForm
      title={text.otherCard}
      ofSale={props.ofSale}
      text={text}
      onGiven={onGiven}
      order={(reason) => ({
        kind: 'card-replacement',
        credentialId: card.credentialId,
        edgeId,
        free,
        reason,
        caseId,
      })}
    >
      <p>
        {card.blocked && `${text.cardBlocked} `}
        {text.cardLead}
      </p>
      <label htmlFor={`${id}-kiosk`}>{text.kiosk}</label>
      <select id={`${id}-kiosk`} value={edgeId} onChange={(event) => setEdgeId(event.target.value)}>
        {kiosks.map((kiosk) => {
          const club = clubs.get(kiosk.clubId);
          return (
            <option key={kiosk.edgeId} value={kiosk.edgeId}>
              {text.kioskOf(club?.name ?? '', dayAndTime(kiosk.enrolledAt, club?.timeZone, language))}
            </option>
          );
        })}
      </select>
      {cardFeeCents > 0 && (
        <label className="tick">
          <input type="checkbox" checked={free} onChange={(event) => setFree(event.target.checked)} />
          {text.free}
        </label>
      )}
      {!free && <p>{text.fee(formatEuros(cardFeeCents, language))}</p>}
    </OrderForm>
  );
}
