import type { Migration } from '../schema.ts';

/** What is learnt of the sensors beside the plain count, and on which day of the club the count began. */
export const occupancyGauge: Migration = {
  version: 9,
  statements: [
    'ALTER TABLE edge_state ADD COLUMN gauge TEXT',
    'ALTER TABLE edge_state ADD COLUMN counting_day TEXT',
  ],
};
