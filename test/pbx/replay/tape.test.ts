import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Tape } from './tape.ts';
import { readTranscript, transcriptFile } from './transcript.ts';

const OPTIONS = { phoneProfile: 'carillon', domain: 'carillon', trunk: 'trunk' };
const PRIVATE = { folders: [['/home/me/data', '/freeswitch']], secrets: ['swordfish'] } as const;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'carillon-tape-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** A tape with one case, in which the adapter reads the name and the id of each event. */
function taped(command: string): Tape {
  const tape = new Tape();
  for (const header of ['Event-Name', 'Unique-ID']) tape.read({ kind: 'DTMF', header });
  tape.begin('a part', 'a case');
  tape.say(command, undefined);
  tape.add({ event: JSON.stringify({ 'Event-Name': 'DTMF', 'Unique-ID': 'a', 'FreeSWITCH-Hostname': 'h' }) });
  tape.end(true);
  return tape;
}
const write = (tape: Tape, names: readonly string[]) =>
  tape.write(folder, PRIVATE, OPTIONS, new Map([['a part', names]]));
const written = () => readTranscript(transcriptFile(folder, 'a part'));

describe('a tape', () => {
  it('keeps_the_headers_that_are_read_and_no_folder_of_this_machine', () => {
    write(taped('sendmsg a /home/me/data/x.wav'), ['a case']);
    expect(written()?.header.headers).toEqual({ DTMF: ['Event-Name', 'Unique-ID'] });
    expect(written()?.cases.get('a case')).toMatchObject([
      { say: 'sendmsg a /freeswitch/x.wav' },
      { event: { 'Event-Name': 'DTMF', 'Unique-ID': 'a' } },
    ]);
    expect(fs.readFileSync(transcriptFile(folder, 'a part'), 'utf8')).not.toContain('Hostname');
  });

  it('counts_answers_that_are_the_same_until_something_happens', () => {
    const tape = new Tape();
    tape.begin('a part', 'a case');
    for (const got of ['true', 'true', 'false', 'false']) tape.add({ ask: 'api uuid_exists a', got });
    tape.say('api x', undefined);
    tape.add({ ask: 'api uuid_exists a', got: 'false' });
    tape.end(true);
    write(tape, ['a case']);
    const ask = 'api uuid_exists a';
    const t = expect.any(Number);
    expect(written()?.cases.get('a case')).toEqual([
      { t, ask, got: 'true', times: 2 },
      { t, ask, got: 'false', times: 2 },
      { t, n: 1, say: 'api x' },
      { t, ask, got: 'false' },
    ]);
  });

  it.each(['auth swordfish', 'api originate sofia/x@192.0.2.7'])('refuses_to_write_down_%s', (command) => {
    expect(() => write(taped(command), ['a case'])).toThrow('of this machine alone');
    expect(written()).toBe(undefined);
  });

  it('drops_cases_that_the_contract_has_no_more_and_keeps_those_that_did_not_run', () => {
    write(taped('api x'), ['a case']);
    const later = new Tape();
    later.begin('a part', 'another case');
    later.end(true);
    write(later, ['a case', 'another case']);
    expect([...(written()?.cases.keys() ?? [])]).toEqual(['a case', 'another case']);
    write(later, ['another case']);
    expect([...(written()?.cases.keys() ?? [])]).toEqual(['another case']);
  });

  it('forgets_a_case_that_failed', () => {
    const tape = new Tape();
    tape.begin('a part', 'a case');
    tape.end(false);
    write(tape, ['a case']);
    expect(written()).toBe(undefined);
  });
});
