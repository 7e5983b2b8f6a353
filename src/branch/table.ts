import { index, table, text } from '../store/columns.ts';

/** The branches below the head office, which has no row. */
export const branchTable = table(
  'branch',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    /** The branch right above it, '' for the head office. */
    parent: text('parent').notNull(),
  },
  (branch) => [index('branch_parent').on(branch.parent)],
);
