import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { routingFile } from '../engine/routing-grammar.ts';
import { routingSchema, schemaText } from '../ivr/schema.ts';
import { readSettings } from '../setup/settings.ts';
import { shownPath } from './flow-folder.ts';
import { print } from './terminal.ts';

/** The schema of the routing file, as the text of a file. */
export function routingSchemaText(): string {
  return schemaText(routingSchema(routingFile));
}

/** `carillon routing schema`. */
export function printRoutingSchema(): void {
  process.stdout.write(routingSchemaText());
}

/** `carillon routing schema --write`: brings the file beside the rules up to date. */
export async function writeRoutingSchema(): Promise<void> {
  const file = join(dirname(readSettings(process.env).routing), 'routing.schema.json');
  await writeFile(file, routingSchemaText());
  print(shownPath(file));
}
