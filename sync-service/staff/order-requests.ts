import {
  type FoundSales,
  foundSalesSchema,
  type MadeOrder,
  type MakeOrder,
  madeOrderSchema,
  type OrderList,
  orderListSchema,
} from '../http/staff/order-view.ts';

/** What the page asks of the base about orders. A failure rejects; a refusal of an order is an outcome. */

export async function readOrders(signal: AbortSignal): Promise<OrderList> {
  const response = await fetch('api/orders', { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return orderListSchema.parse(await response.json());
}

export async function findSales(reference: string): Promise<FoundSales> {
  const response = await fetch(`api/sales?reference=${encodeURIComponent(reference)}`);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return foundSalesSchema.parse(await response.json());
}

export async function giveOrder(order: MakeOrder): Promise<MadeOrder | 'refused'> {
  const response = await fetch('api/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  if (response.ok) return madeOrderSchema.parse(await response.json());
  if (response.status === 409 || response.status === 404) return 'refused';
  throw new Error(`HTTP ${response.status}`);
}

/** Cancelled, or over already: the list tells which. */
export async function cancelOrder(orderId: string): Promise<void> {
  const response = await fetch(`api/orders/${orderId}/cancellation`, { method: 'POST' });
  if (!response.ok && response.status !== 409) throw new Error(`HTTP ${response.status}`);
}
