import { integer as sqliteInteger, sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';

/**
 * The kinds of columns that tables are declared over. Another dialect supplies the same kinds; no `table.ts` names a
 * type of a particular database.
 */

/** Declares a table from its name in the database, its columns and its indexes. */
export const table = sqliteTable;
export { index, primaryKey, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Any text. */
export const text = (name: string) => sqliteText(name);

/** One of the words of `Word`, stored as the word itself. */
export const word = <Word extends string>(name: string) => sqliteText(name).$type<Word>();

/** A whole number. */
export const integer = (name: string) => sqliteInteger(name);

/** A moment: UTC milliseconds. */
export const time = (name: string) => sqliteInteger(name);

/** A length of time: milliseconds. */
export const duration = (name: string) => sqliteInteger(name);

export const flag = (name: string) => sqliteInteger(name, { mode: 'boolean' });

/** A value as JSON. */
export const json = <Value>(name: string) => sqliteText(name, { mode: 'json' }).$type<Value>();

/** A primary key that only grows: numbers of deleted rows are not given again. */
export const sequence = (name: string) => sqliteInteger(name).primaryKey({ autoIncrement: true });
