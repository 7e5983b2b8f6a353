import { join } from 'node:path';
import { silentLog } from '../base/log.ts';
import { VERBS } from '../engine/verbs.ts';
import { promptsOf } from '../ivr/flow.ts';
import { digest, readFlowFiles, recordedIn } from '../ivr/flow-files.ts';
import { FlowReader } from '../ivr/flow-set.ts';
import { chooseSpeech } from '../speech/choose-speech.ts';
import { PromptFiles } from '../speech/prompt-files.ts';
import { findSpeech } from './find-speech.ts';
import { readSettings } from './settings.ts';

/** After so many readings the code runs at full speed. */
const READINGS = 3;

/**
 * Reads all flows and looks for their prompts as a daemon does when it takes over, and keeps nothing: only so that the code
 * which does it has run before. It is the larger half of the time that callers wait for a spare (measured).
 */
export async function rehearse(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = readSettings(env);
  const tools = findSpeech(settings);
  if (!tools) return;
  const knowledge = {
    names: () => undefined,
    isRecorded: recordedIn(settings.flows),
    now: () => Date.now(),
  };
  for (let reading = 0; reading < READINGS; reading += 1) {
    const { files } = await readFlowFiles(settings.flows);
    const { flows, shared } = new FlowReader(VERBS, digest).read(files, knowledge);
    const prompts = new PromptFiles({
      recorded: join(settings.flows, 'prompts'),
      cache: join(settings.data, 'prompts'),
      speech: chooseSpeech(settings.speech, tools, env),
      persona: (name) => shared.personas[name],
      log: silentLog,
    });
    const read = flows.flatMap(({ flow }) => flow ?? []);
    const languages = [...new Set(read.flatMap((flow) => flow.languages))];
    prompts.inventory(read.flatMap(promptsOf), languages, ['']);
    prompts.close();
  }
}
