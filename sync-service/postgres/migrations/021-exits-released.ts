/** Whether a gate has an exit that is released: most turn freely, and then there is nothing to open. */
export const exitsReleased = `
alter table gates add column releases_exit boolean not null default false;
`;
