import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EslParser, MAX_BODY, NotEsl, parseEvent, parseRows } from '../../src/pbx/freeswitch/esl-codec.ts';
import { frame, reply } from './fake-esl.ts';

const EVENT = JSON.stringify({ 'Event-Name': 'DTMF', 'Caller-Caller-ID-Name': '欢迎 50% %0d "x"' });
const STREAM = Buffer.from(
  `Content-Type: auth/request\n\n${reply('+OK accepted')}${frame('text/event-json', EVENT)}\n${frame('api/response', '+OK\n')}`,
);
const WHOLE = [
  ['auth/request', ''],
  ['command/reply', ''],
  ['text/event-json', EVENT],
  ['api/response', '+OK\n'],
];

function framesOf(pieces: readonly Buffer[]): (string | undefined)[][] {
  const parser = new EslParser();
  return pieces.flatMap((piece) => parser.push(piece)).map(({ type, body }) => [type, body]);
}

describe('the stream of the event socket', () => {
  it('is_cut_into_the_same_frames_wherever_tcp_cuts_it', () => {
    for (let at = 0; at <= STREAM.length; at += 1)
      expect(framesOf([STREAM.subarray(0, at), STREAM.subarray(at)])).toEqual(WHOLE);
  });

  it('is_read_byte_by_byte_as_well_so_that_no_character_is_split', () => {
    expect(framesOf(Array.from(STREAM, (byte) => Buffer.from([byte])))).toEqual(WHOLE);
  });

  it('gives_any_text_in_a_body_back_as_it_was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (body, size) => {
        const bytes = Buffer.from(frame('api/response', body) + reply('+OK next'));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(framesOf(pieces)).toEqual([
          ['api/response', body],
          ['command/reply', ''],
        ]);
      }),
    );
  });

  it('passes_over_an_event_of_10_MB_without_keeping_it_and_reads_on_in_step', () => {
    const parser = new EslParser();
    const long = Buffer.from(frame('text/event-json', 'x'.repeat(10_000_000)));
    const before = process.memoryUsage().arrayBuffers;
    const frames = [];
    for (let at = 0; at < long.length; at += 65_536)
      frames.push(...parser.push(long.subarray(at, at + 65_536)));
    frames.push(...parser.push(Buffer.from(frame('api/response', 'true'))));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX_BODY);
    expect(frames.map(({ type, body }) => [type, body])).toEqual([
      ['text/event-json', undefined],
      ['api/response', 'true'],
    ]);
  });

  it.each([
    ['a length below nothing', 'Content-Length: -1\n\n'],
    ['a length that is no number', 'Content-Length: 1e9\n\n'],
    ['no header', 'HTTP/1.1 400 Bad Request\n\n'],
    ['a head without an end', 'a: b\n'.repeat(20_000)],
  ])('with_%s_is_not_trusted', (_what, bytes) => {
    expect(() => new EslParser().push(Buffer.from(bytes))).toThrow(NotEsl);
  });
});

describe('an event', () => {
  it('keeps_a_bare_percent_sign_and_what_looks_encoded_as_it_is', () => {
    const name = parseEvent(EVENT);
    expect(name?.('Caller-Caller-ID-Name')).toBe('欢迎 50% %0d "x"');
    expect(name?.('not-there')).toBe('');
  });

  it.each(['', 'null', '[]', '"x"', '{"a":', '12'])('that_is_%j_is_none', (json) => {
    expect(parseEvent(json)).toBeUndefined();
  });

  it.each([undefined, '\t', 1])('whatever_its_texts_are_is_read_as_written (indent %j)', (indent) => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a', '"a":"b"', '{"a":"b"}', ',"a":', '\\', '\\"a', '","a":"x', '\n"a":"c"'),
    );
    fc.assert(
      fc.property(fc.dictionary(word, fc.oneof(word, fc.array(word), fc.integer())), (record) => {
        const event = parseEvent(JSON.stringify(record, null, indent));
        for (const [name, value] of Object.entries(record))
          expect(event?.(name)).toBe(typeof value === 'string' ? value : '');
      }),
    );
  });

  it('has_no_headers_but_its_own', () => {
    const event = parseEvent('{"n":5,"o":{},"l":["a"]}');
    for (const name of ['toString', '__proto__', 'constructor', 'n', 'o', 'l'])
      expect(event?.(name)).toBe('');
  });
});

describe('a list', () => {
  it.each([
    ['{"row_count":0}', []],
    ['{"row_count":1,"rows":[{"uuid":"a"},7]}', [{ uuid: 'a' }]],
  ])('of_%s_has_these_rows', (json, rows) => {
    expect(parseRows(json)).toEqual(rows);
  });

  it('that_could_not_be_read_is_not_taken_for_an_empty_one', () => {
    expect(() => parseRows('-ERR Database error!')).toThrow(/gives no list: -ERR Database error!/);
  });
});
