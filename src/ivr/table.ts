import { duration, index, integer, json, primaryKey, sequence, table, text, time } from '../store/columns.ts';
import type { FlowVersion } from './history.ts';

/** How callers left steps, summed by the hour. */
export const stepStatTable = table(
  'step_stat',
  {
    flow: text('flow').notNull(),
    version: text('version').notNull(),
    step: text('step').notNull(),
    exit: text('exit').notNull(),
    /** Its beginning. */
    hour: time('hour').notNull(),
    count: integer('count').notNull(),
    totalMs: duration('total_ms').notNull(),
  },
  // In the order of the question: a flow, a span of time.
  (stat) => [primaryKey({ columns: [stat.flow, stat.hour, stat.version, stat.step, stat.exit] })],
);

/** Every version of a flow that callers ever entered, and of the shared file. */
export const flowVersionTable = table(
  'flow_version',
  {
    name: text('name').notNull(),
    version: text('version').notNull(),
    file: text('file').notNull(),
    text: text('text').notNull(),
    prompts: json<FlowVersion['prompts']>('prompts').notNull(),
    signatures: json<NonNullable<FlowVersion['signatures']>>('signatures').notNull(),
  },
  (version) => [primaryKey({ columns: [version.name, version.version] })],
);

/** Which version callers entered from when on, '' for none; the last one of a name is the one that they enter now. */
export const flowReleaseTable = table(
  'flow_release',
  {
    seq: sequence('seq'),
    name: text('name').notNull(),
    version: text('version').notNull(),
    at: time('at').notNull(),
    by: text('by').notNull(),
  },
  (release) => [index('flow_release_name').on(release.name, release.seq)],
);
