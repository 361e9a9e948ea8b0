/** W-DEVICE-2: the counter of the request (W-SIGN-3) that told last how the devices of a box stand. */
export const devicesInOrder = `
alter table edges add column devices_counter bigint not null default 0;
`;
