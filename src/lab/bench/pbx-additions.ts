/** What a bench adds to the rendered configuration of a PBX. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lines for Asterisk's dialplan, where calls from outside come in; exact numbers win over the pattern that hands calls to Carillon. */
export function addToAsteriskDialplan(etc: string, lines: string): void {
  addToAsterisk(etc, 'extensions.conf', `[from-outside](+)\n${lines}`);
}

/** Lines for the end of a file of Asterisk's configuration. */
export function addToAsterisk(etc: string, name: string, lines: string): void {
  appendFileSync(join(etc, name), `\n${lines}`);
}

/** An extension for FreeSWITCH that wins over all others, with applications and their data. */
export function addFreeswitchExtension(
  etc: string,
  number: string,
  actions: readonly (readonly [application: string, data: string])[],
): void {
  change(etc, 'hand_over.xml', (text) =>
    insertedAfter(text, '<context name="from-anywhere">', extensionOf(number, actions)),
  );
}

/** A module for FreeSWITCH, with its configuration. */
export function addFreeswitchModule(etc: string, module: string, configuration: string): void {
  // Whoever can command it finds all the others there, so the event socket stays the last.
  const last = '<load module="mod_event_socket"/>';
  change(etc, 'switch.xml', (text) => insertedBefore(text, last, `<load module="${module}"/>\n`));
  const section = '<X-PRE-PROCESS cmd="include" data="event_socket.xml"/>';
  change(etc, 'freeswitch.xml', (text) => insertedAfter(text, section, configuration));
}

/** XML of an extension for this number. */
export function extensionOf(
  number: string,
  actions: readonly (readonly [application: string, data: string])[],
): string {
  const lines = actions.map(
    ([application, data]) => `<action application="${application}" data="${data}"/>\n`,
  );
  return `<extension name="bench-${number}">
<condition field="destination_number" expression="^${number}$">
${lines.join('')}</condition>
</extension>
`;
}

/** @throws Error when `mark` is not there */
export function insertedAfter(text: string, mark: string, addition: string): string {
  const [before, after] = aroundOf(text, mark);
  return `${before}${mark}\n${addition}${after}`;
}

/** @throws Error when `mark` is not there */
export function insertedBefore(text: string, mark: string, addition: string): string {
  const [before, after] = aroundOf(text, mark);
  return `${before}${addition}${mark}${after}`;
}

function aroundOf(text: string, mark: string): readonly [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0)
    throw new Error(`the configuration has no ${mark} any more, beside which this bench adds something`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function change(etc: string, name: string, edit: (text: string) => string): void {
  const file = join(etc, name);
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
}
