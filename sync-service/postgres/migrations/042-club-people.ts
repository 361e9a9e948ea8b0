/** People of a club in the feed of that club (club-people.ts). The daily round tells those who are there already. */
export const clubPeople = `
create index feed_changes_people on feed_changes (club_id, version) where kind = 'person';
create index feed_changes_person on feed_changes ((record->>'memberId')) where kind = 'person';

-- As ownPart in feed.ts: of a million people each club is told its own, by the index above.
drop index feed_changes_own;
create index feed_changes_own on feed_changes (version)
  where kind not in ('plan', 'edge-key', 'person')
    and (kind <> 'credential' or record #> '{account,debts,0}' is not null);
`;
