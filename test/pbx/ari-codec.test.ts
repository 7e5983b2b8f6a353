import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AriFrame,
  encodeRequest,
  MAX_FRAME,
  parseFrame,
  path,
  uriOf,
  versionOf,
} from '../../src/pbx/asterisk/ari-codec.ts';
import { parseSnapshot } from '../../src/pbx/asterisk/snapshot.ts';

const channel = {
  id: '1795316613.2',
  name: 'PJSIP/trunk-00000001',
  state: 'Ring',
  caller: { name: 'Wang', number: '13912345678' },
  connected: { name: '', number: '' },
  dialplan: {
    context: 'from-outside',
    exten: '95533',
    priority: 1,
    app_name: 'Stasis',
    app_data: 'carillon,arrived,outside,',
  },
};
const parsed = {
  id: '1795316613.2',
  name: 'PJSIP/trunk-00000001',
  state: 'Ring',
  callerNumber: '13912345678',
  callerName: 'Wang',
  context: 'from-outside',
  exten: '95533',
  appName: 'Stasis',
  appData: 'carillon,arrived,outside,',
};

describe('a frame from ARI', () => {
  it.each<[string, object, object]>([
    [
      'StasisStart',
      { args: ['arrived', 'outside', 7], channel },
      { channel: parsed, args: ['arrived', 'outside'] },
    ],
    ['StasisEnd', { channel }, { channel: parsed }],
    [
      'ChannelDestroyed',
      { cause: 17, tech_cause: 486, channel },
      { channel: parsed, cause: 17, sipCode: 486 },
    ],
    ['ChannelDestroyed', { cause: 16, channel }, { channel: parsed, cause: 16 }],
    ['ChannelDestroyed', { cause: 16, tech_cause: 0, channel }, { channel: parsed, cause: 16 }],
    ['ChannelDtmfReceived', { digit: '#', channel }, { channel: parsed, digit: '#' }],
    ['Dial', { dialstatus: 'RINGING', peer: channel }, { peer: parsed, status: 'RINGING' }],
    [
      'PlaybackFinished',
      { playback: { id: 'p', target_uri: 'channel:c', state: 'done' } },
      { playback: 'p', target: 'channel:c', state: 'done' },
    ],
    ['RecordingFinished', { recording: { name: 'r', duration: 3 } }, { recording: 'r', durationSeconds: 3 }],
    ['RecordingFailed', { recording: { name: 'r', duration: 'x' } }, { recording: 'r', durationSeconds: 0 }],
    ['ApplicationReplaced', { application: 'carillon' }, {}],
  ])('%s_is_an_event', (type, message, event) => {
    expect(parseFrame(JSON.stringify({ type, timestamp: 'x', ...message }))).toEqual({
      kind: 'event',
      event: { type, ...event },
    });
  });

  it('RESTResponse_is_a_response_with_its_body_parsed', () => {
    const frame = { type: 'RESTResponse', request_id: '7', status_code: 200, message_body: '[{"id":"x"}]' };
    expect(parseFrame(JSON.stringify(frame))).toEqual({
      kind: 'response',
      id: '7',
      response: { status: 200, body: [{ id: 'x' }] },
    });
    expect(parseFrame(JSON.stringify({ ...frame, message_body: 'no json' }))).toMatchObject({
      response: { body: undefined },
    });
  });

  it('of_a_type_that_is_not_used_is_left_aside', () => {
    expect(parseFrame('{"type":"ChannelVarset","variable":"x"}')).toEqual({
      kind: 'unused',
      type: 'ChannelVarset',
    });
  });

  it('with_missing_parts_of_a_channel_is_taken_without_them', () => {
    expect(parseFrame('{"type":"StasisEnd","channel":{"id":"c"}}')).toMatchObject({
      kind: 'event',
      event: { channel: { id: 'c', callerNumber: '', exten: '' } },
    });
  });

  it.each([
    '',
    'null',
    '[]',
    '7',
    '"x"',
    '{',
    '{}',
    '{"type":7}',
    '{"type":"StasisStart"}',
    '{"type":"StasisStart","channel":[]}',
    '{"type":"StasisStart","channel":{"id":7}}',
    '{"type":"ChannelDtmfReceived","channel":{"id":"c"},"digit":"12"}',
    '{"type":"ChannelDtmfReceived","channel":{"id":"c"},"digit":"\\u0007"}',
    '{"type":"PlaybackFinished","playback":null}',
    '{"type":"RESTResponse"}',
    '{"type":"RESTResponse","request_id":"7","status_code":"200"}',
    `"${'x'.repeat(MAX_FRAME)}"`,
  ])('%.60j_is_broken_and_nothing_more', (frame) => {
    expect(parseFrame(frame).kind).toBe('broken');
  });

  it('of_1_MB_is_taken', () => {
    const name = 'x'.repeat(1024 * 1024);
    const frame = JSON.stringify({ type: 'StasisEnd', channel: { ...channel, name } });
    expect(parseFrame(frame)).toMatchObject({ kind: 'event', event: { channel: { name } } });
  });

  it('with_prototype_keys_changes_no_prototype', () => {
    parseFrame(
      '{"type":"StasisEnd","channel":{"id":"c","__proto__":{"polluted":1}},"__proto__":{"polluted":1}}',
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('never_throws_whatever_it_holds', () => {
    const kinds: AriFrame['kind'][] = ['event', 'response', 'unused', 'broken'];
    const type = fc.constantFrom(
      'StasisStart',
      'Dial',
      'RESTResponse',
      'PlaybackFinished',
      'ChannelDestroyed',
      'X',
    );
    const frames = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .record({
          type,
          channel: fc.jsonValue(),
          peer: fc.jsonValue(),
          playback: fc.jsonValue(),
          args: fc.jsonValue(),
        })
        .map((frame) => JSON.stringify(frame)),
      fc
        .record({
          type,
          request_id: fc.jsonValue(),
          status_code: fc.jsonValue(),
          message_body: fc.jsonValue(),
        })
        .map((frame) => JSON.stringify(frame)),
    );
    fc.assert(
      fc.property(frames, (frame) => kinds.includes(parseFrame(frame).kind)),
      { numRuns: 2_000 },
    );
  });
});

describe('a request to ARI', () => {
  it('is_one_frame_with_its_body_inside', () => {
    const frame = encodeRequest('7', {
      method: 'POST',
      path: 'channels/create',
      body: { channelId: 'car-1' },
    });
    expect(JSON.parse(frame)).toEqual({
      type: 'RESTRequest',
      transaction_id: '7',
      request_id: '7',
      method: 'POST',
      uri: 'channels/create',
      content_type: 'application/json',
      message_body: '{"channelId":"car-1"}',
    });
  });

  it('encodes_ids_and_values_so_that_they_stay_one_part', () => {
    expect(path('channels', '../../asterisk?x=%00', 'play')).toBe(
      'channels/..%2F..%2Fasterisk%3Fx%3D%2500/play',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (id, value) => {
        const uri = uriOf({ method: 'GET', path: path('channels', id), query: { value } });
        const url = new URL(`http://x/${uri}`);
        expect(decodeURIComponent(uri.split('?')[0]!.split('/')[1]!)).toBe(id);
        expect(url.searchParams.get('value')).toBe(value);
      }),
    );
  });
});

describe('a version of Asterisk', () => {
  it.each([
    ['22.10.1+dfsg+~cs6.17.60671434-1', '22.10.1', 22, true],
    ['22.3.0', '22.3.0', 22, false],
    ['21.9.0', '21.9.0', 21, true],
    ['20.13.0', '20.13.0', 20, false],
    ['20.14.1~rc2', '20.14.1', 20, true],
    ['18.26.4', '18.26.4', 18, false],
    ['23.0.0', '23.0.0', 23, true],
    ['certified/20.7-cert2', 'certified/20.7', 20, false],
    ['GIT-master-abc', 'GIT-master-abc', Number.POSITIVE_INFINITY, true],
    ['', 'unknown', Number.POSITIVE_INFINITY, true],
  ])('%j_is_read', (version, text, major, restOnSocket) => {
    expect(versionOf(version)).toEqual({ text, major, restOnSocket });
  });
});

describe('a snapshot', () => {
  const context = { app: 'carillon', trunk: 'trunk', idPrefix: 'car-' };

  it('lists_only_channels_that_were_handed_to_us_and_only_our_kind_of_bridge', () => {
    const ours = {
      ...channel,
      id: 'car-1',
      name: 'PJSIP/1001-0000000a',
      state: 'Up',
      dialplan: { exten: 's' },
    };
    const other = {
      ...channel,
      id: 'z',
      dialplan: { ...channel.dialplan, app_name: 'Queue', app_data: 'fallback' },
    };
    const fromPhone = {
      ...channel,
      id: 'y',
      dialplan: { ...channel.dialplan, app_data: 'carillon,arrived,phone,1002' },
    };
    const bridges = [
      { id: 'b', bridge_class: 'stasis', channels: ['car-1', 7] },
      { id: 'q', bridge_class: 'base', channels: [] },
      null,
    ];
    const found = parseSnapshot(
      [channel, ours, other, fromPhone],
      bridges,
      { channel_ids: ['car-1'] },
      context,
    );
    expect(
      found.channels.map(({ channel: id, source, state, ours, dnis }) => ({ id, source, state, ours, dnis })),
    ).toEqual([
      { id: channel.id, source: { kind: 'outside' }, state: 'ringing', ours: false, dnis: '95533' },
      { id: 'car-1', source: { kind: 'phone', extension: '1001' }, state: 'up', ours: true, dnis: '' },
      { id: 'y', source: { kind: 'phone', extension: '1002' }, state: 'ringing', ours: false, dnis: '95533' },
    ]);
    expect(found.bridges).toEqual([{ bridge: 'b', channels: ['car-1'] }]);
  });

  it('survives_any_answer', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (channels, bridges, application) => {
        parseSnapshot(channels, bridges, application, context);
      }),
    );
  });
});
