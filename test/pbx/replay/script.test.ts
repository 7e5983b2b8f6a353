import { describe, expect, it } from 'vitest';
import { Names } from './names.ts';
import { Script } from './script.ts';
import type { Entry } from './transcript.ts';

const CALL: readonly Entry[] = [
  { t: 0, do: 'somebody calls' },
  { t: 20, event: { 'Event-Name': 'CHANNEL_PARK' } },
  { t: 30, n: 1, say: 'api uuid_answer a' },
  { t: 33, reply: 1, got: '+OK' },
  { t: 33, ask: 'api uuid_exists a', got: 'true' },
  { t: 40, n: 2, say: 'api uuid_kill a USER_BUSY' },
  { t: 41, reply: 2, got: '+OK' },
  { t: 55, event: { 'Event-Name': 'CHANNEL_HANGUP_COMPLETE' } },
  { t: 60, ask: 'api uuid_exists a', got: 'false' },
  { t: 90, done: 'somebody calls', is: true },
];

/** Lets all happen that is due. */
function tick(script: Script, now: number): string[] {
  const happened: string[] = [];
  for (let next = script.next(); next && next.dueMs <= now; next = script.next()) {
    script.take(now);
    happened.push(Object.keys(next.entry)[1] ?? '');
  }
  return happened;
}

/** Asks at this time; undefined while the answer waits for what came before it. */
function ask(script: Script, question: string, now: number): string | undefined {
  return script.answerAt(script.ask(question, now), now);
}

describe('a record that is played again', () => {
  it('says_what_was_said_then_after_what_caused_it_and_no_sooner_than_then', () => {
    const script = new Script(CALL);
    expect(tick(script, 1_000)).toEqual([]);
    script.act('somebody calls', 1_000);
    expect(tick(script, 1_019)).toEqual([]);
    expect(tick(script, 1_020)).toEqual(['event']);
    expect(tick(script, 9_000)).toEqual([]);
    expect(script.say('api uuid_answer a', undefined, 9_000)).toBe(1);
    expect(tick(script, 9_002)).toEqual([]);
    expect(tick(script, 9_003)).toEqual(['reply']);
    expect(ask(script, 'api uuid_exists a', 9_003)).toBe('true');
    expect(ask(script, 'api uuid_exists a', 9_003)).toBe('true');
    script.say('api uuid_kill a USER_BUSY', undefined, 9_010);
    expect(tick(script, 9_100)).toEqual(['reply', 'event', 'done']);
    expect(ask(script, 'api uuid_exists a', 9_100)).toBe('false');
    expect(script.isOver).toBe(true);
    expect(script.missing()).toBe('');
    expect(script.fault).toBe('');
  });

  it.each([
    [
      'another argument',
      'api uuid_answer b',
      'the adapter says "api uuid_answer b", the record has nothing more of it',
    ],
    [
      'another command',
      'api uuid_kill a',
      'the adapter says "api uuid_kill a", the record has "api uuid_answer a"',
    ],
    [
      'the order',
      'api uuid_kill a USER_BUSY',
      '"api uuid_kill a USER_BUSY", the record has "api uuid_answer a"',
    ],
  ])('refuses_%s_and_says_what_it_has_and_how_to_record_anew', (_, command, words) => {
    const script = new Script(CALL);
    script.act('somebody calls', 0);
    tick(script, 100);
    expect(() => script.say(command, undefined, 100)).toThrow(words);
    expect(script.fault).toContain(words);
    expect(script.fault).toContain('npm run record:freeswitch');
  });

  it('refuses_a_command_too_many', () => {
    const script = new Script(CALL);
    script.say('api uuid_answer a', undefined, 0);
    script.say('api uuid_kill a USER_BUSY', undefined, 0);
    expect(() => script.say('api uuid_kill a USER_BUSY', undefined, 0)).toThrow('nothing more of it');
  });

  it('refuses_a_command_on_the_other_socket', () => {
    const script = new Script(CALL);
    expect(() => script.say('api uuid_answer a', 'events', 0)).toThrow('the record has "api uuid_answer a"');
  });

  it('refuses_a_question_that_was_never_asked', () => {
    expect(() => new Script(CALL).ask('api uuid_exists b', 0)).toThrow('which the record does not have');
  });

  it('refuses_a_question_that_is_asked_far_more_often_than_then', () => {
    const script = new Script([{ t: 0, ask: 'api uuid_exists a', got: 'true', times: 2 }]);
    for (let times = 0; times < 7; times += 1) script.ask('api uuid_exists a', 0);
    expect(() => script.ask('api uuid_exists a', 0)).toThrow(
      'the adapter asks "api uuid_exists a" 8 times, the record has it 2 times',
    );
  });

  it('wants_a_question_that_nobody_waits_with_as_often_as_then', () => {
    const twice: Entry[] = [{ t: 0, ask: 'api version', got: '1.11', times: 2 }];
    const once = new Script(twice);
    once.ask('api version', 0);
    expect(once.missing()).toBe('the adapter asks "api version" 1 times, the record has it 2 times');
    once.ask('api version', 0);
    expect(once.missing()).toBe('');
    expect(() => once.ask('api version', 0)).toThrow('3 times');
  });

  it('refuses_another_doing_of_the_test', () => {
    expect(() => new Script(CALL).act('nobody calls', 0)).toThrow(
      'the record has "somebody calls" of the test',
    );
  });

  it('names_the_first_command,_question_or_doing_that_is_missing_at_the_end', () => {
    const script = new Script(CALL);
    expect(script.missing()).toContain('"somebody calls" of the test, which did not happen');
    script.act('somebody calls', 0);
    expect(script.missing()).toContain('"api uuid_answer a", which did not happen');
    script.say('api uuid_answer a', undefined, 0);
    script.say('api uuid_kill a USER_BUSY', undefined, 0);
    expect(script.missing()).toContain('"api uuid_exists a", which was not asked');
  });

  it('lets_commands_to_different_channels_pass_each_other', () => {
    const script = new Script([
      { t: 0, n: 1, say: 'api uuid_answer a' },
      { t: 0, n: 2, say: 'api uuid_answer b' },
      { t: 5, reply: 1, got: '+OK' },
    ]);
    expect(script.say('api uuid_answer b', undefined, 0)).toBe(2);
    expect(tick(script, 100)).toEqual([]);
    expect(script.say('api uuid_answer a', undefined, 200)).toBe(1);
    expect(tick(script, 300)).toEqual(['reply']);
  });

  it('answers_a_question_that_is_asked_again_and_again_as_it_was_answered_then', () => {
    const script = new Script([
      { t: 0, do: 'x' },
      { t: 1, ask: 'api show channels as json', got: 'not yet' },
      { t: 300, ask: 'api show channels as json', got: 'there' },
      { t: 400, do: 'y' },
      { t: 500, ask: 'api show channels as json', got: 'gone' },
    ]);
    script.act('x', 0);
    const asked = () => ask(script, 'api show channels as json', 0);
    expect([asked(), asked(), asked()]).toEqual(['not yet', 'there', 'there']);
    script.act('y', 0);
    expect(asked()).toBe('gone');
  });

  it('answers_a_question_that_comes_too_soon_behind_what_it_was_asked_after', () => {
    const script = new Script([
      { t: 0, do: 'x' },
      { t: 1, ask: 'api uuid_dump a json', got: 'ringing' },
      { t: 100, event: {} },
      { t: 110, ask: 'api uuid_dump a json', got: 'answered' },
    ]);
    script.act('x', 0);
    expect(ask(script, 'api uuid_dump a json', 0)).toBe('ringing');
    expect(ask(script, 'api uuid_dump a json', 10)).toBe('ringing');
    const place = script.ask('api uuid_dump a json', 90);
    expect(script.answerAt(place, 90)).toBe(undefined);
    tick(script, 100);
    expect(script.answerAt(place, 100)).toBe('answered');
  });
});

describe('names of a record', () => {
  const OWN = '11111111-2222-3333-4444-555555555555';
  const UUID = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

  it('stand_for_what_differs_from_run_to_run_and_become_that_of_this_run_again', () => {
    const names = new Names();
    expect(names.ofCommand(`api hash insert/carillon/owner/${OWN}`)).toBe(
      'api hash insert/carillon/owner/own-1',
    );
    expect(names.ofPbx(`${UUID} ${OWN} ${UUID}`)).toBe('uuid-1 own-1 uuid-1');
    expect(names.ofCommand(`api uuid_setvar ${UUID} x_car-17-leg1`)).toBe(
      'api uuid_setvar uuid-1 x_car-0-leg1',
    );
    expect(names.ofCommand('api global_setvar carillon_beat=1790000000')).toMatch(/=now$/);
    expect(names.now('own-1 x_car-0-leg1 uuid-1')).toBe(`${OWN} x_car-17-leg1 uuid-1`);
  });
});
