import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { parseFrame, path, uriOf } from '../../src/pbx/asterisk/ari-codec.ts';
import { Calls } from '../../src/pbx/asterisk/calls.ts';
import { parseSnapshot } from '../../src/pbx/asterisk/snapshot.ts';
import type { PbxEvent } from '../../src/pbx/pbx.ts';

/** What Asterisk passes on as it came over SIP. */
const HOSTILE = [
  '1\r\nX-Evil: 1',
  'nul \u0000 bell \u0007 escape \u001b[31m',
  "';DROP TABLE call;--",
  '<script>alert(1)</script>',
  '$'.concat('{SHELL(touch /tmp/x)}'),
  '\u202e95533\u2066\u200f',
  '\ud800 alone \udfff',
  'x'.repeat(300),
  '9'.repeat(40),
  '1&PJSIP/x',
  '1@evil',
  'a,b;c',
  'anonymous',
  '',
  ' ',
  '+8613800138000',
  '008613800138000',
  '__proto__',
];
const IDS = [
  '1795338343.0',
  '../../etc',
  'a/b?c=d&e#f',
  '%2e%2e%2f',
  'x'.repeat(5_000),
  '\r\n',
  'leg-1',
  '欢迎',
];
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** All that is told of these frames. */
function toldOf(frames: readonly string[]): { events: PbxEvent[]; stopped: string[] } {
  const events: PbxEvent[] = [];
  const stopped: string[] = [];
  const calls = new Calls({
    idPrefix: 'leg-',
    log: silentLog,
    emit: (event) => events.push(event),
    watch: () => undefined,
    giveBack: () => undefined,
    hangup: () => undefined,
    stopRecording: (recording) => stopped.push(recording),
    fileOf: (recording) => `/r/${recording}.wav`,
  } as ConstructorParameters<typeof Calls>[0]);
  for (const frame of frames) {
    const parsed = parseFrame(frame);
    if (parsed.kind === 'event') calls.take(parsed.event);
  }
  vi.runAllTimers();
  return { events, stopped };
}

const channel = fc.record(
  {
    id: fc.constantFrom(...IDS),
    name: fc.constantFrom('PJSIP/1001-0000000a', 'PJSIP/../x-1', ''),
    state: fc.constantFrom('Up', 'Ring', 'Down', 'Unknown'),
    caller: fc.record({ name: fc.constantFrom(...HOSTILE), number: fc.constantFrom(...HOSTILE) }),
    dialplan: fc.record({
      exten: fc.constantFrom(...HOSTILE, '95533', 'h'),
      app_name: fc.constant('Stasis'),
    }),
  },
  { requiredKeys: ['id'] },
);
const frame = fc
  .record(
    {
      type: fc.constantFrom(
        'StasisStart',
        'StasisEnd',
        'ChannelDestroyed',
        'ChannelDtmfReceived',
        'Dial',
        'PlaybackFinished',
        'RecordingFinished',
        'RecordingFailed',
        'NeverHeardOf',
      ),
      timestamp: fc.constantFrom('2025-11-22T08:46:26.177+0000', 'yesterday', '', '9999999-01-01'),
      application: fc.constantFrom('carillon', 'another'),
      args: fc.constantFrom(
        ['arrived', 'outside', ''],
        ['arrived', 'phone', '1001'],
        ['arrived', 'phone', '../1'],
        ['ours'],
        [],
      ),
      channel,
      peer: channel,
      cause: fc.oneof(fc.integer(), fc.constant('16'), fc.constant(null)),
      tech_cause: fc.oneof(fc.integer(), fc.constant(-1)),
      digit: fc.constantFrom('1', '#', 'D', 'E', '12', '', '\r\n'),
      dialstatus: fc.constantFrom('RINGING', 'ANSWER', 'x'),
      playback: fc.record({
        id: fc.constantFrom(...IDS),
        target_uri: fc.constantFrom('channel:1', 'bridge:1', ''),
        state: fc.constantFrom('done', 'failed', 'x'),
      }),
      recording: fc.record({
        name: fc.constantFrom(...IDS),
        duration: fc.oneof(fc.double(), fc.constant('x')),
      }),
    },
    { requiredKeys: ['type'] },
  )
  .map((value) => JSON.stringify(value));

describe('frames that hold what callers sent', () => {
  it('in_any_order_tell_of_nothing_that_is_not_clean_and_of_no_end_twice', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 25 }), (frames) => {
        const { events } = toldOf(frames);
        for (const event of events) {
          if (event.type === 'ChannelArrived') {
            expect(event.ani).toMatch(/^(\+?[0-9*#]{1,32})?$/);
            expect(event.aniName.length).toBeLessThanOrEqual(80);
            expect(event.dnis.length).toBeLessThanOrEqual(33);
            for (const text of [event.ani, event.aniName, event.dnis]) expect(text).not.toMatch(UNSAFE);
            expect(event.source).toSatisfy(
              (source: typeof event.source) => source.kind === 'outside' || source.extension === '1001',
            );
          }
          if (event.type === 'DigitPressed') expect(event.digit).toMatch(/^[0-9A-D*#]$/);
          if (event.type === 'RecordingEnded') expect(event.durationMs).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('make_a_snapshot_that_is_clean_too', () => {
    const context = { app: 'carillon', trunk: 'trunk', idPrefix: 'leg-' };
    fc.assert(
      fc.property(fc.array(channel, { maxLength: 10 }), (channels) => {
        const application = { channel_ids: IDS };
        const snapshot = parseSnapshot(channels, [], application, context);
        expect(snapshot.channels).toHaveLength(channels.length);
        for (const { ani, aniName, dnis } of snapshot.channels)
          for (const text of [ani, aniName, dnis]) expect(text).not.toMatch(UNSAFE);
      }),
    );
  });

  it.each([
    [
      'nested a hundred thousand deep',
      `{"type":"StasisEnd","channel":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    ],
    [
      'of a megabyte',
      JSON.stringify({ type: 'StasisEnd', channel: { id: 'x', name: 'a'.repeat(1_000_000) } }),
    ],
    [
      'with keys of the prototype',
      '{"type":"StasisEnd","channel":{"__proto__":{"id":"x"},"constructor":{"id":"y"}}}',
    ],
    ['whose channel is text', '{"type":"StasisStart","channel":"1795338343.0","args":"arrived"}'],
    [
      'with a body inside a body',
      JSON.stringify({
        type: 'RESTResponse',
        request_id: '1',
        status_code: 200,
        message_body: '['.repeat(100_000),
      }),
    ],
  ])('%s_do_no_harm', (_, text) => {
    expect(() => toldOf([text])).not.toThrow();
    expect(({} as { id?: string }).id).toBeUndefined();
  });

  it.each(IDS)('with_the_id_%j_lead_to_requests_that_stay_inside_their_part', (id) => {
    const uri = uriOf({ method: 'DELETE', path: path('channels', id), query: { reason: id } });
    const { pathname, searchParams, hash } = new URL(uri, 'http://127.0.0.1/ari/');
    expect(pathname).toBe(`/ari/channels/${encodeURIComponent(id)}`);
    expect([searchParams.get('reason'), [...searchParams].length, hash]).toEqual([id, 1, '']);
  });
});
