import { join } from 'node:path';
import { Refused } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { ensureDataFolder } from '../setup/data-folder.ts';
import { findSpeech } from '../setup/find-speech.ts';
import { chooseSpeech } from '../speech/choose-speech.ts';
import { PromptFiles } from '../speech/prompt-files.ts';
import { type PromptOptions, promptSet } from './prompt-set.ts';
import { counted, harmless, print } from './terminal.ts';

/** `carillon prompts render`: makes every sound file that is missing. Returns the exit code. @throws Refused */
export async function renderPrompts(options: PromptOptions): Promise<number> {
  const { settings, recorded, byLanguage, personas, persona } = await promptSet(options);
  const tools = findSpeech(settings);
  if (!tools)
    throw new Refused(
      'no-speech',
      'espeak-ng and sox, which make the prompts, are missing. Run npm start, which gets them, or: sudo apt-get install espeak-ng sox',
    );
  ensureDataFolder(settings.data);
  const cache = join(settings.data, 'prompts');
  const speech = chooseSpeech(settings.speech, tools, process.env);
  const files = new PromptFiles({ recorded, cache, speech, persona, log: silentLog });
  const problems: string[] = [];
  let made = 0;
  for (const [language, prompts] of byLanguage) {
    const found = await files.prepare(prompts, [language], personas, (done, all) => {
      made += 1;
      if (!options.json) showProgress(language, done, all);
    });
    problems.push(...found);
  }
  if (options.json) print(JSON.stringify({ made, problems }, null, 2));
  else {
    for (const problem of problems) print(harmless(problem));
    print(
      `${counted(made, 'sound')} made in ${cache}${problems.length > 0 ? `, ${counted(problems.length, 'problem')}` : ''}`,
    );
  }
  return problems.length > 0 ? 1 : 0;
}

/** On a terminal one line that counts, elsewhere one now and then. */
function showProgress(language: string, done: number, all: number): void {
  const line = `${language}: ${done} of ${all} …`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}${done === all ? '\n' : ''}`);
  else if (done % 50 === 0 || done === all) print(line);
}
