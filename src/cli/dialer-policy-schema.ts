import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { policyFile, regulatorFile } from '../contact/policy-grammar.ts';
import { contactSchema, schemaText } from '../ivr/schema.ts';
import { readSettings } from '../setup/settings.ts';
import { shownPath } from './flow-folder.ts';
import { print } from './terminal.ts';

const FILES = { 'contact-policy': policyFile, regulator: regulatorFile } as const;
type Kind = keyof typeof FILES;

/** A schema as the text of a file. */
export function contactSchemaText(kind: Kind): string {
  return schemaText(contactSchema(kind, FILES[kind]));
}

/** `carillon dialer policy schema`. */
export function printContactSchema(kind: Kind): void {
  process.stdout.write(contactSchemaText(kind));
}

/** `carillon dialer policy schema --write`: brings the files beside the policies up to date. */
export async function writeContactSchemas(): Promise<void> {
  const folder = dirname(readSettings(process.env).contactPolicy);
  for (const kind of ['contact-policy', 'regulator'] as const) {
    const file = join(folder, `${kind}.schema.json`);
    await writeFile(file, contactSchemaText(kind));
    print(shownPath(file));
  }
}
