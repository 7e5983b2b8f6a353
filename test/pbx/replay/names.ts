const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Also behind the name of a variable. */
const CASE = /(?<![A-Za-z0-9])car-(\d+)-/g;
const BEAT = /_beat=\d+/g;

/**
 * Ids differ from run to run. In a record they stand under other names, which are given at first sight: `own-1` for what the adapter
 * made up, `uuid-1` for what FreeSWITCH did, `car-0-` for ids of the test. One of these for each case.
 */
export class Names {
  readonly #recorded = new Map<string, string>();
  readonly #actual = new Map<string, string>();
  readonly #counts = { own: 0, uuid: 0 };
  #case = '0';

  /** A command of the adapter as the record has it. */
  ofCommand(text: string): string {
    return this.#name(text, 'own').replace(BEAT, '_beat=now');
  }

  /** What FreeSWITCH said as the record has it. */
  ofPbx(text: string): string {
    return this.#name(text, 'uuid');
  }

  /** The same in this run: what the record has with the ids of now. */
  now(recorded: string): string {
    return recorded
      .replace(/\bown-\d+\b/g, (name) => this.#actual.get(name) ?? name)
      .replace(/(?<![A-Za-z0-9])car-0-/g, `car-${this.#case}-`);
  }

  #name(text: string, kind: 'own' | 'uuid'): string {
    return text
      .replace(UUID, (uuid) => {
        const known = this.#recorded.get(uuid);
        if (known) return known;
        this.#counts[kind] += 1;
        const name = `${kind}-${this.#counts[kind]}`;
        this.#recorded.set(uuid, name);
        this.#actual.set(name, uuid);
        return name;
      })
      .replace(CASE, (_, count: string) => {
        this.#case = count;
        return 'car-0-';
      });
  }
}
