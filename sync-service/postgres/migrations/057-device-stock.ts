/** W-DEVICE-5: what will stop a device soon, and the cards that its box counts. */
export const deviceStock = `
alter table devices add column warning text, add column cards integer;
`;
