/** Of this table's columns and of what is summed in them: with another one, the reports are summed anew from the log. */
export const SUMS_VERSION = '1';

const queueColumns = `at integer not null, queue text not null, tier text not null, branches text not null`;

/** A column for each of `names`. */
const counts = (names: readonly string[]): string =>
  names.map((name) => `"${name}" real not null`).join(', ');

/** The tables of what was summed. @param queue and `agent`: what is counted of each */
export function sumsSchema(queue: readonly string[], agent: readonly string[]): string {
  return `
    create table about (name text primary key, value text not null) without rowid;
    create table branch_set (branches text primary key) without rowid;
    create table queue_sum (${queueColumns}, ${counts(queue)}, primary key (at, queue, tier, branches)) without rowid;
    create table agent_sum (at integer not null, agent text not null, ${counts(agent)}, primary key (at, agent)) without rowid;
    create table agent_time (at integer not null, agent text not null, state text not null, reason text not null, ms integer not null,
      primary key (at, agent, state, reason)) without rowid;`;
}
