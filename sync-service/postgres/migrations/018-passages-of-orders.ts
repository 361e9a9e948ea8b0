/** How many went through by an order of staff is asked each time the live page is shown. */
export const passagesOfOrders = `
create index passages_of_order on passages (order_id) where order_id is not null;
`;
