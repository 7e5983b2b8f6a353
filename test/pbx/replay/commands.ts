/** Cuts what the adapter writes into commands; the newlines between them, with which it wakes FreeSWITCH, are left out. */
export class CommandReader {
  #rest = '';

  /** Commands that are complete with `text`, without the empty line behind them. */
  push(text: string): string[] {
    const commands: string[] = [];
    this.#rest += text;
    for (;;) {
      this.#rest = this.#rest.replace(/^\n+/, '');
      const end = this.#rest.indexOf('\n\n');
      if (end < 0) return commands;
      commands.push(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end + 2);
    }
  }
}
