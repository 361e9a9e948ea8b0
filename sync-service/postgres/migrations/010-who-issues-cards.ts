/** The key that writes cards goes only to boxes that issue them. Those enrolled before have it already. */
export const whoIssuesCards = `
alter table enrolment_codes add column issues_cards boolean not null default true;
alter table edges add column issues_cards boolean not null default true;
`;
