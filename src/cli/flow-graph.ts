import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Refused } from '../base/errors.ts';
import { drawFlow } from '../ivr/picture.ts';
import { readSettings } from '../setup/settings.ts';
import { findGoodFlow } from './flow-find.ts';
import { badUsage, print } from './terminal.ts';

export interface GraphOptions {
  /** A file, `-` for stdout. */
  readonly out?: string;
  readonly language?: string;
}

/** `carillon flow graph`: draws a flow as SVG. @throws Refused */
export async function graphFlow(wanted: string, { out, language }: GraphOptions): Promise<void> {
  const { flow } = await findGoodFlow(wanted, readSettings(process.env));
  if (language !== undefined && !flow.languages.includes(language))
    throw badUsage(`Flow ${flow.name} does not speak ${language}: it speaks ${flow.languages.join(', ')}.`);
  const picture = drawFlow(flow, { ...(language === undefined ? {} : { language }) });
  if (out === '-') {
    process.stdout.write(picture);
    return;
  }
  const file = out ?? `${flow.name}.svg`;
  try {
    await writeFile(file, picture);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw new Refused('no-right', `${resolve(file)} cannot be written (${code}). Give another file with -o.`);
  }
  print(`${resolve(file)} shows flow ${flow.name}, ${flow.steps.size} steps. Any browser opens it.`);
}
