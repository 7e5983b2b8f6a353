type Known<T> = { [K in keyof T]: null extends T[K] ? Exclude<T[K], null> | undefined : T[K] };

/** A row as the rules know it: undefined where the database has null. */
export function known<T extends object>(row: T): Known<T> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? undefined])) as Known<T>;
}
