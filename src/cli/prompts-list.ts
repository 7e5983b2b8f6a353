import { relative } from 'node:path';
import type { Inventory, InventoryLine } from '../speech/inventory.ts';
import { inventoryOf, ORDINARY, type PromptOptions, promptSet } from './prompt-set.ts';
import { coloured, counted, cutToColumns, harmless, print, table } from './terminal.ts';

/** Of the words of a prompt, columns. */
const WORDS_WIDTH = 60;

/** `carillon prompts list`: every sound of the flows, and whether it is there. @throws Refused */
export async function listPrompts(options: PromptOptions): Promise<void> {
  const set = await promptSet(options);
  const inventory = inventoryOf(set);
  if (options.json) {
    print(JSON.stringify(inventory, null, 2));
    return;
  }
  const rows = inventory.prompts.map((line) => [
    line.name ?? '-',
    line.language,
    line.persona || ORDINARY,
    line.state,
    secondsOf(line),
    cutToColumns(harmless(line.words), WORDS_WIDTH),
  ]);
  print(table([['prompt', 'language', 'persona', 'state', 'seconds', 'words'], ...rows]));
  for (const line of wordLines(inventory)) print(line);
  if (inventory.orphans.length > 0) {
    print(`\nRecordings that no flow says, in ${relative('', set.recorded) || '.'}:`);
    for (const file of inventory.orphans) print(`  ${harmless(file)}`);
  }
  print(`\n${summary(inventory)}`);
}

function wordLines({ words }: Inventory): string[] {
  return words.map(({ language, persona, recorded, spoken, missing }) => {
    const counts = `${recorded} recorded, ${spoken} spoken, ${missing} missing`;
    return `\nWords of numbers, dates and amounts, ${language}, ${persona || ORDINARY}: ${counts}`;
  });
}

function summary({ prompts }: Inventory): string {
  const count = (state: InventoryLine['state']): number =>
    prompts.filter((line) => line.state === state).length;
  const missing = count('missing');
  const hint = missing > 0 ? coloured('dim', '  (npx carillon prompts render speaks them)') : '';
  return `${counted(prompts.length, 'sound')}: ${count('recorded')} recorded, ${count('spoken')} spoken, ${missing} missing${hint}`;
}

function secondsOf({ ms }: InventoryLine): string {
  return ms === undefined ? '' : (ms / 1000).toFixed(1).padStart(5);
}
