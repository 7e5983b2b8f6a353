import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { PbxHealth } from '../../src/engine/pbx-health.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { centreLab } from './centre-lab.ts';

interface Line {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

function listening(): { log: Log; lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

const up = (restarted = false): PbxEvent => ({ type: 'LinkUp', pbx: 'Switch 1', restarted });
const down = (reason: string): PbxEvent => ({ type: 'LinkDown', reason });
const trouble = (kind: 'draining' | 'phones-unknown', sentence: string): PbxEvent => ({
  type: 'PbxTrouble',
  trouble: kind,
  sentence,
});

describe('what is said of the PBX', () => {
  test.each<[string, PbxEvent[], { problems: string[]; takesCalls: boolean }]>([
    ['at first', [], { problems: ['the PBX has not been reached yet'], takesCalls: false }],
    ['when it is there', [up()], { problems: [], takesCalls: true }],
    [
      'while it is being stopped gracefully',
      [up(), trouble('draining', 'no new calls')],
      { problems: ['no new calls'], takesCalls: false },
    ],
    [
      'when that was called off',
      [up(), trouble('draining', 'no new calls'), trouble('draining', '')],
      { problems: [], takesCalls: true },
    ],
    [
      'while only its phones are not known',
      [up(), trouble('phones-unknown', 'who knows')],
      { problems: ['who knows'], takesCalls: true },
    ],
    [
      'while the link is down too: one sentence, not all that follows from it',
      [up(), trouble('phones-unknown', 'who knows'), down('wrong password')],
      {
        problems: ['the link to the PBX is down (wrong password); it is being tried again'],
        takesCalls: false,
      },
    ],
  ])('%s', (_when, events, { problems, takesCalls }) => {
    const health = new PbxHealth(listening().log);
    for (const event of events) {
      health.hear(event as Parameters<PbxHealth['hear']>[0]);
      if (event.type === 'LinkUp') health.answered();
    }
    expect(health.problems()).toEqual(problems);
    expect(health.takesCalls()).toBe(takesCalls);
  });

  test('a snapshot that fails again and again for one reason is one line, and so is a trouble', () => {
    const { log, lines } = listening();
    const health = new PbxHealth(log);
    for (let times = 0; times < 5; times += 1) {
      health.silent('no answer');
      health.hear({ type: 'PbxTrouble', trouble: 'draining', sentence: 'no new calls' });
    }
    health.silent('refused');
    expect(lines.map(({ fields, message }) => [message, fields])).toEqual([
      ['no snapshot of the PBX', { reason: 'no answer' }],
      ['no new calls', { trouble: 'draining' }],
      ['no snapshot of the PBX', { reason: 'refused' }],
    ]);
  });

  test('a restart is told from a cut link', () => {
    const { log, lines } = listening();
    const health = new PbxHealth(log);
    health.hear({ type: 'LinkUp', pbx: 'Switch 1', restarted: false });
    health.hear({ type: 'LinkUp', pbx: 'Switch 1', restarted: true });
    expect(lines.map((line) => line.message)).toEqual([
      'the PBX is there',
      'the PBX is there again after a restart: its calls ended, except those that it brought back',
    ]);
  });
});

test('given_a_pbx_that_is_being_stopped_then_health_says_so_until_it_is_called_off_and_calls_go_on', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(1000);
  lab.pbx.setDraining(true);
  await lab.clock.advance(10);
  expect(lab.engine.health()).toMatchObject({
    ready: false,
    problems: ['the simulated PBX takes no new calls'],
    liveCalls: 1,
  });
  expect(caller.ended).toBe(false);
  lab.pbx.setDraining(false);
  await lab.clock.advance(10);
  expect(lab.engine.health()).toMatchObject({ ready: true, problems: [] });
});

test('given_an_agent_whose_leg_a_stopping_pbx_refuses_then_it_is_not_held_against_him', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(3000);
  lab.pbx.setDraining(true);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(lab.types()).toContain('LegFailed');
  expect(caller.ended).toBe(false);
  lab.pbx.setDraining(false);
  await lab.clock.advance(20_000);
  expect(caller.talkingWith).toHaveLength(1);
});

test('given_a_link_that_is_down_for_long_then_nothing_is_asked_and_one_line_says_why', async () => {
  const { log, lines } = listening();
  let asked = 0;
  const lab = centreLab({
    log,
    connect: (pbx, store) => {
      const counting: Pbx = Object.create(pbx, {
        start: { value: (listener: (event: PbxEvent) => void) => pbx.start(listener) },
        snapshot: {
          value: () => {
            asked += 1;
            return pbx.snapshot();
          },
        },
      });
      return { pbx: counting, store };
    },
  });
  await lab.start();
  expect(asked).toBe(1);
  lab.pbx.setLink(false);
  await lab.clock.advance(120_000);
  expect(asked).toBe(1);
  expect(lines.filter((line) => line.level === 'warn')).toEqual([
    { level: 'warn', fields: { reason: 'cut by the script' }, message: 'the link to the PBX is down' },
  ]);
  lab.pbx.setLink(true);
  await lab.clock.advance(100);
  expect(asked).toBe(2);
  expect(lab.engine.health().ready).toBe(true);
});
