import { existsSync, readFileSync, statSync } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import { readClassOfService } from '../../engine/class-of-service-file.ts';
import { readRouting } from '../../engine/routing-file.ts';
import { type Problem, problemText } from '../../ivr/report.ts';
import { MAX_FILE_BYTES } from '../../ivr/yaml.ts';
import { findSpeech } from '../../setup/find-speech.ts';
import { hostPort, readSettings, type Settings } from '../../setup/settings.ts';
import type { InventoryLine } from '../../speech/inventory.ts';
import { readFlowFolder } from '../flow-folder.ts';
import { knowledgeOf } from '../knowledge.ts';
import { inventoryOf, promptSet } from '../prompt-set.ts';
import { askTrunk } from './ask-trunk.ts';
import type { ServiceFacts } from './service.ts';

/** @param phones how many may register, and how many have */
export async function serviceFacts(
  settings: Settings,
  phones: ServiceFacts['phones'],
): Promise<ServiceFacts> {
  const { host, port } = settings.trunk;
  const fallback = readSettings({}).trunk;
  return {
    trunk: {
      address: hostPort(host, port),
      answer: await askTrunk(host, port),
      isDefault: host === fallback.host && port === fallback.port,
    },
    phones,
    flows: await flowFacts(settings),
    prompts: await promptFacts(settings),
    hasSpeech: findSpeech(settings) !== undefined,
    classOfService: rulesFacts(settings.classOfService, readClassOfService),
    routing: rulesFacts(settings.routing, readRouting),
  };
}

async function flowFacts(settings: Settings): Promise<ServiceFacts['flows']> {
  try {
    const { knowledge } = await knowledgeOf(settings);
    const { flows, problems } = await readFlowFolder(settings.flows, knowledge);
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    return { errors, warnings: problems.length - errors, count: flows.length, fault: '' };
  } catch (thrown) {
    return { errors: 0, warnings: 0, count: 0, fault: messageOf(thrown) };
  }
}

async function promptFacts(settings: Settings): Promise<ServiceFacts['prompts']> {
  try {
    const { prompts } = inventoryOf(await promptSet({}, settings));
    const silent = prompts.filter(({ state, words }) => state !== 'recorded' && words === '');
    return {
      silent: [...new Set(silent.map(({ name, language }) => `${name} (${language})`))],
      unmade: prompts.filter(isUnmade).length,
      fault: '',
    };
  } catch (thrown) {
    return { silent: [], unmade: 0, fault: messageOf(thrown) };
  }
}

/** The daemon makes those of a persona when a campaign wants it. */
function isUnmade({ state, words, persona }: InventoryLine): boolean {
  return state === 'missing' && words !== '' && persona === '';
}

/** What is wrong in a file of rules. */
function rulesFacts(
  file: string,
  read: (text: string, file: string) => { readonly problems: readonly Problem[] },
): NonNullable<ServiceFacts['routing']> {
  if (!existsSync(file)) return { errors: 1, first: `there is no ${file}` };
  try {
    if (statSync(file).size > MAX_FILE_BYTES) return { errors: 1, first: 'the file is larger than 1 MB' };
    const { problems } = read(readFileSync(file, 'utf8'), file);
    const errors = problems.filter(({ severity }) => severity === 'error');
    return { errors: errors.length, first: errors[0] ? problemText(errors[0]) : '' };
  } catch (thrown) {
    return { errors: 1, first: `it cannot be read (${messageOf(thrown)})` };
  }
}
