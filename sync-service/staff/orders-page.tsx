import { groupedCode } from '@portillon/core/crypto/order-code-shape.ts';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { LiveView } from '../http/staff/live-view.ts';
import type { FoundSale, FoundSales, MadeOrder, OrderList } from '../http/staff/order-view.ts';
import { CardForm } from './card-form.tsx';
import { ConnectionLost } from './connection-lost.tsx';
import { MemberLink } from './member/member-link.tsx';
import { OrderLists } from './order-list.tsx';
import { findSales, readOrders } from './order-requests.ts';
import { orderWords } from './order-words.ts';
import { Face, nameOf } from './person.tsx';
import { RefundForm } from './refund-form.tsx';
import { restOfAddress } from './use-place.ts';
import { dayAndTime, type Language, words } from './words.ts';

/** Orders: find the sale, say what the kiosk is to do, read the code to the customer; and what became of the others. */
export function OrdersPage(props: { language: Language; view: LiveView; connected: boolean }) {
  const { language, view, connected } = props;
  const text = orderWords[language];
  const [asked = '', caseOfAddress = null] = restOfAddress();
  const [reference, setReference] = useState(asked);
  const [caseId, setCaseId] = useState(caseOfAddress);
  const [found, setFound] = useState<(FoundSales & { readonly reference: string }) | null>(null);
  const [made, setMade] = useState<MadeOrder | null>(null);
  const [list, setList] = useState<OrderList | null>(null);
  const [failed, setFailed] = useState(false);
  const [changes, setChanges] = useState(0);
  const code = useRef<HTMLHeadingElement>(null);
  const clubs = new Map(view.clubs.map((club) => [club.id, club]));
  const { given, closed } = view.orders;
  // An order that was carried out while it was cancelled changes no count but that of the cases.
  const { open: openCases } = view.cases;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the counts and the connection say when to read again
  useEffect(() => {
    const left = new AbortController();
    readOrders(left.signal)
      .then((read) => {
        setList(read);
        setFailed(false);
      })
      .catch(() => {
        if (!left.signal.aborted) setFailed(true);
      });
    return () => left.abort();
  }, [given, closed, openCases, connected, changes]);

  const search = (wanted: string) => {
    setMade(null);
    if (wanted.trim() === '') return setFound(null);
    findSales(wanted)
      .then((sales) => {
        setFound({ ...sales, reference: wanted.trim() });
        setFailed(false);
      })
      .catch(() => setFailed(true));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for who came here from a case
  useEffect(() => search(asked), []);
  useEffect(() => {
    if (made) code.current?.focus();
  }, [made]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setCaseId(null);
    search(reference);
  };
  const onGiven = (order: MadeOrder) => {
    setMade(order);
    setFound(null);
    setCaseId(null);
    setReference('');
    setChanges((count) => count + 1);
  };

  return (
    <main className="cases orders">
      <div className="heading">
        <h1>{text.orders}</h1>
      </div>
      {!connected && <ConnectionLost since={view.at} text={words[language]} />}
      {failed && (
        <p className="lost" role="status">
          {text.noAnswer}
        </p>
      )}
      {made ? (
        <section className="code" aria-labelledby="code">
          <h2 id="code" ref={code} tabIndex={-1}>
            {text.codeTitle}
          </h2>
          <p className="digits" data-testid="order-code">
            {groupedCode(made.code)}
          </p>
          <p>
            {text.codeLead(
              clubs.get(made.order.clubId)?.name ?? '',
              dayAndTime(made.order.expiresAt, clubs.get(made.order.clubId)?.timeZone, language),
            )}{' '}
            {text.codeOnce}
          </p>
          <button type="button" onClick={() => setMade(null)}>
            {text.done}
          </button>
        </section>
      ) : (
        <form className="find-sale" onSubmit={submit}>
          <p>{text.lead}</p>
          <label htmlFor="reference">{text.saleReference}</label>
          <p className="actions">
            <input
              id="reference"
              value={reference}
              autoComplete="off"
              autoCapitalize="characters"
              placeholder="M7QK-2F9C"
              onChange={(event) => setReference(event.target.value)}
            />
            <button type="submit">{text.find}</button>
          </p>
        </form>
      )}
      <div role="status">
        {found?.sales.length === 0 && <p className="empty">{text.nothingFound(found.reference)}</p>}
      </div>
      {found && caseId !== null && found.sales.length > 0 && <p className="notice">{text.forCase}</p>}
      {found && <ul className="case-list">{found.sales.map((sale) => saleCard(sale, found))}</ul>}
      {!list && !failed && <p className="note">{text.loading}</p>}
      {list && (
        <OrderLists
          list={list}
          clubs={clubs}
          language={language}
          text={text}
          onCancelled={() => setChanges((count) => count + 1)}
        />
      )}
    </main>
  );

  function saleCard(sale: FoundSale, all: FoundSales) {
    const club = clubs.get(sale.clubId);
    const name = nameOf(sale.who, '', words[language]);
    const ofSale =
      all.sales.length < 2
        ? null
        : [dayAndTime(sale.at, club?.timeZone, language), name].filter(Boolean).join(', ');
    const shared = { caseId, ofSale, language, text, onGiven };
    return (
      <li key={sale.saleId} className="sale-found" data-testid="found-sale">
        <header>
          <h2>
            {text.sale} {sale.reference}
          </h2>
          <p className="case-place">
            {club && <span>{club.name}</span>}
            <time dateTime={sale.at}>{dayAndTime(sale.at, club?.timeZone, language)}</time>
          </p>
          {sale.who && (
            <p className="case-member">
              <Face who={sale.who} text={words[language]} />
              <MemberLink who={sale.who} unknown="" text={words[language]} />
            </p>
          )}
        </header>
        {sale.noRefund === null ? (
          <RefundForm sale={sale} {...shared} />
        ) : (
          <section className="order-form">
            <h3>{text.refund}</h3>
            <p>{text.noRefund[sale.noRefund]}</p>
          </section>
        )}
        {sale.card === null || sale.card.orderOpen ? (
          <section className="order-form">
            <h3>{text.otherCard}</h3>
            <p>{sale.card === null ? text.noCard : text.cardOrderOpen}</p>
          </section>
        ) : (
          <CardForm card={sale.card} found={all} clubId={sale.clubId} clubs={clubs} {...shared} />
        )}
      </li>
    );
  }
}
