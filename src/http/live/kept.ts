/** Rows that were made before stay the same objects as long as what they are made of is the same. */
export class Kept<Row> {
  #rows = new Map<string, { readonly of: readonly unknown[]; readonly row: Row }>();

  /** Goes through all rows once; those that are not asked for are forgotten. */
  pass(): (id: string, of: readonly unknown[], make: () => Row) => Row {
    const before = this.#rows;
    const now: typeof before = new Map();
    this.#rows = now;
    return (id, of, make) => {
      const known = before.get(id);
      const isSame = known?.of.every((one, index) => one === of[index]) ?? false;
      const kept = known && isSame ? known : { of, row: make() };
      now.set(id, kept);
      return kept.row;
    };
  }
}
