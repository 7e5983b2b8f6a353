import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { assert } from '../base/errors.ts';
import type { Database, DriverValue } from './connect.ts';

type Key<T extends Table> = keyof T['$inferInsert'] & string;

/**
 * A prepared "insert, or update when the key is there" for `table`: for paths that run many times a second, where a query
 * builder costs more than the database.
 * @param updated keys of the columns that an update writes; the others keep what the insert gave them
 */
export function upserter<T extends Table>(
  database: Database,
  table: T,
  updated: readonly Key<T>[],
): (row: T['$inferInsert']) => void {
  const columns = columnsOf(table);
  const statement = database.prepare(
    `insert into "${getTableName(table)}" (${columns.map(({ name }) => `"${name}"`).join(', ')})
     values (${columns.map(() => '?').join(', ')})
     on conflict ("${keyOf(table).name}") do update set
     ${columnsOf(table, updated)
       .map(({ name }) => `"${name}" = excluded."${name}"`)
       .join(', ')}`,
  );
  return (row) => {
    statement.run(...columns.map((column) => valueIn(row, column)));
  };
}

/** A prepared update of some columns by the key. Leaving out indexed columns spares the database half of its work. */
export function updater<T extends Table>(
  database: Database,
  table: T,
  updated: readonly Key<T>[],
): (row: T['$inferInsert']) => void {
  const columns = columnsOf(table, updated);
  const key = keyOf(table);
  const statement = database.prepare(
    `update "${getTableName(table)}" set ${columns.map(({ name }) => `"${name}" = ?`).join(', ')}
     where "${key.name}" = ?`,
  );
  return (row) => {
    statement.run(...columns.map((column) => valueIn(row, column)), valueIn(row, key));
  };
}

interface Named {
  readonly property: string;
  readonly name: string;
  readonly column: Column;
}

function columnsOf(table: Table, only?: readonly string[]): Named[] {
  const columns = Object.entries(getTableColumns(table)).map(([property, column]) => ({
    property,
    name: column.name,
    column,
  }));
  return only ? columns.filter(({ property }) => only.includes(property)) : columns;
}

function keyOf(table: Table): Named {
  const key = columnsOf(table).find(({ column }) => column.primary);
  assert(key, `${getTableName(table)} has no primary key of one column`);
  return key;
}

function valueIn(row: object, { property, column }: Named): DriverValue {
  const value: unknown = (row as Readonly<Record<string, unknown>>)[property];
  return value === undefined || value === null ? null : (column.mapToDriverValue(value) as DriverValue);
}
