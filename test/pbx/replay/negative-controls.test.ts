import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pbx } from '../../../src/pbx/pbx.ts';
import { Session } from '../session.ts';
import { replayedWorld } from './replayed-world.ts';
import {
  type Entry,
  readTranscript,
  type Transcript,
  transcriptFile,
  writeTranscript,
} from './transcript.ts';

const FOLDER = fileURLToPath(new URL('../transcripts/freeswitch', import.meta.url));
const PART = 'a playback';
const CASE = 'plays_a_file_to_its_end';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'carillon-replay-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** The case, on a record that was changed: the adapter is not what it was made with. @param more what it does besides */
async function played(
  change: (transcript: Transcript) => Transcript,
  more: (pbx: Pbx) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const transcript = readTranscript(transcriptFile(FOLDER, PART));
  if (!transcript) throw new Error('no record');
  writeTranscript(transcriptFile(folder, PART), change(transcript));
  const world = await replayedWorld(folder);
  try {
    await world.beginCase(PART, CASE);
    const session = new Session(world, 'car-1');
    const { channel } = await session.talks();
    await session.pbx.play(channel, session.id('pb'), [{ file: world.files.short }]);
    await session.event('PlaybackEnded', { outcome: 'done' });
    await more(session.pbx);
    await world.calm();
    await session.expectNothingLeft();
  } finally {
    await world.endCase().finally(() => world.stop());
  }
}

const entries = (change: (entries: readonly Entry[]) => readonly Entry[]) => (transcript: Transcript) => ({
  ...transcript,
  cases: new Map([[CASE, change(transcript.cases.get(CASE) ?? [])]]),
});
const isAnswer = (entry: Entry) => 'say' in entry && entry.say.startsWith('api uuid_answer ');

describe('a record', () => {
  it('of_what_the_adapter_does_passes', () => played((transcript) => transcript));

  it.each<[string, (entries: readonly Entry[]) => readonly Entry[], RegExp]>([
    [
      'a command that the adapter says no more',
      (all) =>
        all.flatMap((one) =>
          'say' in one && isAnswer(one)
            ? [{ ...one, n: 99, say: one.say.replace('answer', 'ring_ready') }, one]
            : [one],
        ),
      /the adapter says "api uuid_answer uuid-\d", the record has "api uuid_ring_ready uuid-\d"/,
    ],
    [
      'a last command that the adapter says no more',
      (all) => [...all, { t: 9_000, n: 99, say: 'api uuid_kill uuid-9' }],
      /the record goes on with "api uuid_kill uuid-9", which did not happen/,
    ],
    [
      'no such command',
      (all) => all.filter((one) => !isAnswer(one)),
      /the adapter says "api uuid_answer uuid-\d", the record has "sendmsg uuid-\d/,
    ],
    [
      'another argument',
      (all) =>
        all.map((one) => ('say' in one ? { ...one, say: one.say.replace('short.wav', 'long.wav') } : one)),
      /short\.wav.* the record has .*long\.wav/,
    ],
    [
      'another question',
      (all) => all.map((one) => ('ask' in one ? { ...one, ask: one.ask.replace('core_uuid', 'core') } : one)),
      /the adapter asks "api global_getvar core_uuid", which the record does not have/,
    ],
    [
      'an answer that is lost',
      (all) => {
        const lost = all.flatMap((one) => ('say' in one && isAnswer(one) ? [one.n] : []));
        return all.filter((one) => !('reply' in one && lost.includes(one.reply)));
      },
      /npm run record:freeswitch/,
    ],
    [
      'an event that is lost',
      (all) => all.filter((one) => !('event' in one && one.event['Application-UUID'] === 'car-0-pb1')),
      /npm run record:freeswitch/,
    ],
  ])('with_%s_fails', async (_, change, words) => {
    await expect(played(entries(change))).rejects.toThrow(words);
  });

  it('of_fewer_questions_than_the_adapter_asks_now_fails', async () => {
    const asksAgainAndAgain = async (pbx: Pbx) => {
      for (let times = 0; times < 20; times += 1) await pbx.snapshot();
    };
    await expect(played((transcript) => transcript, asksAgainAndAgain)).rejects.toThrow(
      /the adapter asks "api show channels as json" \d+ times, the record has it \d+ times/,
    );
  });

  it('of_more_questions_than_the_adapter_asks_now_fails', async () => {
    const twice = entries((all) =>
      all.map((one) => ('ask' in one && one.ask === 'api version' ? { ...one, times: 2 } : one)),
    );
    await expect(played(twice)).rejects.toThrow('"api version" 1 times, the record has it 2 times');
  });

  it('without_a_header_that_the_adapter_reads_fails', async () => {
    const without = (transcript: Transcript): Transcript => ({
      ...transcript,
      header: {
        ...transcript.header,
        headers: { ...transcript.header.headers, CHANNEL_PARK: ['Unique-ID'] },
      },
    });
    await expect(played(without)).rejects.toThrow(/the adapter reads .* of CHANNEL_PARK/);
  });

  it('that_there_is_none_of_fails', async () => {
    await expect(played((transcript) => ({ ...transcript, cases: new Map() }))).rejects.toThrow(
      /there is no record of "a playback: plays_a_file_to_its_end"/,
    );
  });
});
