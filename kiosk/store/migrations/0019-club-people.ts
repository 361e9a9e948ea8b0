import type { Migration } from '../schema.ts';

/** Names and photos of the club's own people, each encrypted (club-people.ts). */
export const clubPeople: Migration = {
  version: 19,
  statements: [
    // staged: 1 for what a snapshot says that is being taken, 0 for what counts.
    `CREATE TABLE book_person (
      staged INTEGER NOT NULL CHECK (staged IN (0, 1)),
      person_id TEXT NOT NULL,
      member_id TEXT NOT NULL,
      name BLOB NOT NULL,
      photo_digest TEXT,
      -- Set for who was sold to here and is not told by the base yet; such a person is known by the id of the member.
      sold_at_ms INTEGER,
      PRIMARY KEY (staged, person_id)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX book_person_of_member ON book_person (member_id)',
    'CREATE INDEX book_person_of_photo ON book_person (photo_digest) WHERE photo_digest IS NOT NULL',
    `CREATE TABLE book_photo (
      digest TEXT PRIMARY KEY,
      member_id TEXT NOT NULL,
      photo BLOB NOT NULL
    ) STRICT`,
    'CREATE INDEX book_photo_of_member ON book_photo (member_id)',
    // Whether the base is asked for people. The feed tells them only to who asks (W-FEED-8).
    'ALTER TABLE edge_state ADD COLUMN people_asked INTEGER NOT NULL DEFAULT 0',
  ],
};
