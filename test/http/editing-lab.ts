import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { Refused } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { RoutingWatch } from '../../src/engine/routing-watch.ts';
import { VERBS } from '../../src/engine/verbs.ts';
import { recordedIn } from '../../src/ivr/flow-files.ts';
import { FlowLibrary } from '../../src/ivr/library.ts';
import { FlowBench } from '../../src/lab/flow-bench.ts';
import type { Bench, BenchVerb } from '../../src/lab/flow-talk.ts';
import type { Media } from '../../src/pbx/pbx.ts';
import { editingCentre } from '../../src/setup/editing-centre.ts';
import { inProject } from '../../src/setup/project.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { type ApiLab, openApi } from './api-lab.ts';

/** A hotline whose caller chooses between an agent of a queue, the cards, and a code that is asked for. */
export const HOTLINE = `flow: hotline
numbers: ["95533"]
languages: [en, zh-CN]
start: welcome
steps:
  welcome: { say: { en: Welcome to the bank., zh-CN: 欢迎致电本行。 }, then: main }
  main:
    menu: { say: { en: "For cards, press 1.", zh-CN: 卡片业务请按1。 }, keys: { 1: cards, 2: code, 3: desk } }
    otherwise: bye
  cards: { go: { flow: cards } }
  code: { gather: { say: { en: Your PIN., zh-CN: 密码。 }, into: pin, secret: true, min: 4, max: 4 }, then: { done: tell }, otherwise: bye }
  tell: { http: { service: core, path: /balance, send: { pin: secrets.pin }, take: { balance: number } }, then: { ok: bye }, otherwise: bye }
  desk: { queue: { name: general }, then: { timeout: bye }, otherwise: bye }
  bye: { say: { en: Goodbye., zh-CN: 再见。 }, then: end }
  end: { hangup: {} }
`;

export const CARDS = `flow: cards
languages: [en]
start: lost
steps:
  lost: { say: { en: Your card is blocked. }, then: end }
  end: { hangup: {} }
`;

const HOTLINE_TESTS = `at: 2026-11-23T10:00:00+08:00
dials: "95533"
world:
  customers: [{ number: "13912345678", name: Li, tier: vip }]
  agents: [{ id: "1001", queues: [general], answers: 2s, talks: 20s }]
  services: { core: { /balance: { body: { balance: 100 } } } }
tests:
  welcomes: { script: [{ hears: Welcome to the bank. }] }
`;

export const SHARED = `# What all flows have in common.
zone: Asia/Shanghai

holidays:
  2026:
    - 10-01..10-07 # National Day

# Opening hours.
calendars:
  branch-hours:
    open: { mon-fri: 09:00-17:00 } # as on the door
`;

export interface EditingLab extends ApiLab {
  readonly folder: string;
  readonly library: FlowLibrary;
  readonly routingFile: string;
  /** The sound that prompts have. */
  sound: readonly Media[];
  /** What the bench was asked. */
  readonly asked: BenchVerb[];
  /** How many more questions it takes before it is busy. */
  places: number;
}

/** The API with files of flows and routing rules in a folder of their own. */
export async function openEditing(files: Readonly<Record<string, string>> = {}): Promise<EditingLab> {
  const place = temporaryFolder();
  const folder = join(place, 'flows');
  mkdirSync(folder);
  const all = {
    'hotline.yaml': HOTLINE,
    'cards.yaml': CARDS,
    'shared.yaml': SHARED,
    'hotline.test.yaml': HOTLINE_TESTS,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  const routingFile = join(place, 'routing.yaml');
  copyFileSync(inProject('routing/routing.yaml'), routingFile);
  let made: { readonly library: FlowLibrary; readonly watch: RoutingWatch } | undefined;
  const state: Pick<EditingLab, 'sound' | 'asked' | 'places'> = { sound: [], asked: [], places: Infinity };
  const api = await openApi(({ history, events, clock, ids, customers, centre }) => {
    const library = new FlowLibrary({
      folder,
      kinds: VERBS,
      knowledge: async () => ({
        names: (kind) => (kind === 'queue' ? ['general', 'vip'] : undefined),
        isRecorded: recordedIn(folder),
        now: () => clock.now(),
      }),
      prepare: async () => [],
      personasOfCampaigns: async () => [],
      archive: history,
      clock,
      log: silentLog,
    });
    const watch = new RoutingWatch({
      file: routingFile,
      copy: join(place, 'routing.last-good.yaml'),
      events,
      clock,
      log: silentLog,
      surroundings: async () => ({ agents: centre.agents(), calendars: library.calendars() }),
    });
    made = { library, watch };
    return {
      flows: library,
      routing: watch,
      editing: editingCentre({
        settings: { flows: folder, routing: routingFile },
        library,
        archive: history,
        routing: watch,
        prompts: { media: async () => state.sound, repair: async () => state.sound },
        customers,
        outbound: { list: async () => [] },
        bench: benchIn(folder, clock, state),
        clock,
        ids,
      }),
    };
  });
  const { library, watch } = made!;
  await library.reload();
  await watch.start();
  onTestFinished(() => {
    library.close();
    watch.close();
  });
  return Object.assign(state, { ...api, folder, library, routingFile });
}

/** The bench without its thread. */
function benchIn(folder: string, clock: Clock, state: Pick<EditingLab, 'asked' | 'places'>): Bench {
  const bench = new FlowBench({ folder, clock });
  return {
    ask: async (verb, ...words) => {
      state.asked.push(verb);
      state.places -= 1;
      if (state.places < 0) throw new Refused('flow-checks-busy', 'Too many flows are being checked.');
      const of = bench[verb] as (...words: readonly unknown[]) => unknown;
      return (await of.apply(bench, [...words])) as never;
    },
  };
}
