import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VERBS } from '../engine/verbs.ts';
import { flowSchema, flowTestSchema, type JsonSchema, schemaText, sharedSchema } from '../ivr/schema.ts';
import { flowTestFile } from '../lab/flow-test-file.ts';
import { readSettings } from '../setup/settings.ts';
import { shownPath } from './flow-folder.ts';
import { print } from './terminal.ts';

const MADE: Readonly<Record<'flow' | 'shared' | 'test', { readonly file: string; make(): JsonSchema }>> = {
  flow: { file: 'flow.schema.json', make: () => flowSchema(VERBS) },
  shared: { file: 'shared.schema.json', make: sharedSchema },
  test: { file: 'flow-test.schema.json', make: () => flowTestSchema(flowTestFile) },
};

/** The schemas of the files that admins write, by the name of the file that each lies in. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(Object.values(MADE).map(({ file, make }) => [file, schemaText(make())]));
}

/** `carillon flow schema`: prints one. */
export function printSchema(name: keyof typeof MADE): void {
  process.stdout.write(schemaText(MADE[name].make()));
}

/** `carillon flow schema --write`: brings the files in the folder of flows up to date. */
export async function writeSchemas(): Promise<void> {
  const folder = readSettings(process.env).flows;
  for (const [file, text] of schemaFiles()) {
    await writeFile(join(folder, file), text);
    print(shownPath(join(folder, file)));
  }
}
