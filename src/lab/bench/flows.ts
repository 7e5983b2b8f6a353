/**
 * `npm run bench:flows [-- --json]`: how long an admin waits for his change, and what a step costs.
 * - `reloadMs`: from the moment a flow file is saved to the moment a new caller hears the new words, spoken anew; median.
 * - `checkMs`: reading and checking 200 flows of 100 steps, the first time; `checkPerYaml` is the same as a multiple of the time that the
 *   YAML library alone takes for these files, which says more on a busy machine.
 * - `stepUs`: processor time of one menu step (key, exit, next step, prompt begun) in engine and flow runner, with a simulated PBX
 *   and no store.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CORE_SCHEMA, load } from 'js-yaml';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { EngineStore } from '../../engine/changes.ts';
import { VERBS } from '../../engine/verbs.ts';
import { digest } from '../../ivr/flow-files.ts';
import { FlowReader, type SourceFile } from '../../ivr/flow-set.ts';
import { FlowLibrary } from '../../ivr/library.ts';
import { findSpeech } from '../../setup/find-speech.ts';
import { inProject } from '../../setup/project.ts';
import { readSettings } from '../../setup/settings.ts';
import { chooseSpeech } from '../../speech/choose-speech.ts';
import { PromptFiles } from '../../speech/prompt-files.ts';
import { Stage } from '../stage.ts';

const FLOWS = 200;
const STEPS = 100;
const EDITS = 5;
const MENU_STEPS = 20_000;
const LIMIT_MS = 30_000;

/** Knows of nothing, so that only the files themselves are checked. */
const KNOWLEDGE = { names: () => undefined, isRecorded: () => false, now: () => 0 };

const speechTools = findSpeech(readSettings(process.env));
const result = { ...checkTimes(), stepUs: await stepTime(), ...(await reloadTimes()) };
const { reloadMs, reloadMaxMs, speech, checkMs, yamlMs, checkPerYaml, stepUs } = result;
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify(result)}\n`
    : `edit saved → next caller hears it: ${reloadMs} ms (worst of ${EDITS}: ${reloadMaxMs} ms; speech: ${speech})\n` +
        `check of ${FLOWS} flows of ${STEPS} steps: ${checkMs} ms, ${checkPerYaml} times the ${yamlMs} ms of the YAML library alone\n` +
        `one menu step in the engine: ${stepUs} µs\n`,
);

// ── check ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function checkTimes() {
  const files = Array.from({ length: FLOWS }, (_, index) => flowOfSteps(index));
  const began = performance.now();
  const { problems } = new FlowReader(VERBS, digest).read(files, KNOWLEDGE);
  const checkMs = performance.now() - began;
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors[0]) throw new Error(`the flows of this bench are wrong: ${errors[0].message}`);
  const alone = performance.now();
  for (const { text } of files) load(text, { schema: CORE_SCHEMA });
  const yamlMs = performance.now() - alone;
  return {
    checkMs: Math.round(checkMs),
    yamlMs: Math.round(yamlMs),
    checkPerYaml: Number((checkMs / yamlMs).toFixed(2)),
  };
}

/** A flow of the steps that hotlines are made of, all of them reached. */
function flowOfSteps(index: number): SourceFile {
  const step = (at: number): string => {
    const next = at === STEPS - 1 ? 'end' : `s${at + 1}`;
    switch (at % 5) {
      case 0:
        return `{ say: hello, then: ${next} }`;
      case 1:
        return `{ menu: { say: menu, keys: { 1: ${next}, 2: end } }, otherwise: end }`;
      case 2:
        return `{ set: { count: ${at}, number: caller.number }, then: ${next} }`;
      case 3:
        return `{ choose: [{ when: vars.count > ${at} && customer.tier == "vip", then: ${next} }], otherwise: ${next} }`;
      default:
        return `{ http: { service: bank, path: /a, send: { a: vars.number }, take: { balance: number } }, then: { ok: ${next}, failed: end } }`;
    }
  };
  const steps = Array.from({ length: STEPS }, (_, at) => `  s${at}: ${step(at)}\n`).join('');
  const prompts = '  hello: { zh-CN: 您好, en: Hello }\n  menu: { zh-CN: 请按1, en: Press 1 }\n';
  const text = `flow: f${index}\nnumbers: ["7${String(index).padStart(4, '0')}"]\nstart: s0\nprompts:\n${prompts}steps:\n${steps}  end: { hangup: {} }\n`;
  return { file: `f${index}.yaml`, text };
}

// ── step ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Processor time of a menu step, µs. */
async function stepTime(): Promise<number> {
  const menu = (other: string): string =>
    `{ menu: { say: { en: menu }, keys: { 1: ${other}, 2: end } }, otherwise: end }`;
  const text = `flow: test\nnumbers: ["1"]\nlanguages: [en]\nstart: a\nsteps:\n  a: ${menu('b')}\n  b: ${menu('a')}\n  end: { hangup: {} }\n`;
  const noStore: EngineStore = {
    load: async () => ({ calls: [], agents: [], callbacks: [], attempts: [], endedChannels: [] }),
    commit: async () => undefined,
  };
  const stage = new Stage({
    files: [{ file: 'flow.yaml', text }],
    connect: (pbx) => ({ pbx, store: noStore }),
  });
  await stage.start();
  const caller = stage.caller('13800138000', '1');
  await stage.clock.advance(100);
  const walk = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step += 1) {
      caller.press('1');
      // No more than the guard against loops allows within a second.
      await stage.clock.advance(25);
    }
  };
  await walk(MENU_STEPS / 10);
  const before = process.cpuUsage();
  await walk(MENU_STEPS);
  const { user, system } = process.cpuUsage(before);
  if (caller.ended) throw new Error('the call of this bench ended early');
  return Math.round((user + system) / MENU_STEPS);
}

// ── reload ───────────────────────────────────────────────────────────────────────────────────────────────────────────

async function reloadTimes() {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  cpSync(inProject('ivr-flows'), folder, { recursive: true });
  const prompts: PromptFiles | undefined =
    speechTools &&
    new PromptFiles({
      recorded: join(folder, 'prompts'),
      cache: join(folder, '.cache'),
      speech: chooseSpeech('', speechTools),
      persona: () => undefined,
      log: silentLog,
    });
  const flows = new FlowLibrary({
    folder,
    kinds: VERBS,
    knowledge: async () => KNOWLEDGE,
    prepare: async (wanted, languages, personas) =>
      (await prompts?.prepare(wanted, languages, personas, () => undefined)) ?? [],
    personasOfCampaigns: async () => [],
    archive: {
      release: async () => undefined,
      withdraw: async () => undefined,
      find: async () => undefined,
      holds: async () => true,
      live: async () => [],
      releases: async () => [],
    },
    clock: systemClock,
    log: silentLog,
  });
  try {
    await flows.reload();
    flows.watch();
    const file = join(folder, 'hotline.yaml');
    const original = readFileSync(file, 'utf8');
    const times: number[] = [];
    for (let edit = 1; edit <= EDITS; edit += 1) {
      await sleep(200);
      const before = flows.byName('hotline')?.version;
      const began = performance.now();
      writeFileSync(
        file,
        original.replace('您好，欢迎致电客户服务中心。', `您好，欢迎致电，这是第${edit}次修改。`),
      );
      while (flows.byName('hotline')?.version === before) {
        if (performance.now() - began > LIMIT_MS) throw new Error('the change did not arrive');
        await sleep(1);
      }
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    return {
      reloadMs: Math.round(times[Math.floor(EDITS / 2)]!),
      reloadMaxMs: Math.round(times.at(-1)!),
      speech: prompts ? 'espeak-ng' : 'none here',
    };
  } finally {
    flows.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
