import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AmiCollector,
  AmiDecoder,
  type AmiFields,
  type AmiMessage,
  encodeAction,
  header,
} from '../../src/pbx/asterisk/ami-codec.ts';
import { PbxError } from '../../src/pbx/pbx.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (text: string): AmiMessage[] => new AmiDecoder().push(bytes(text));
const plain = (messages: readonly AmiMessage[]): Record<string, readonly string[]>[] =>
  messages.map((message) => Object.fromEntries(message));

describe('an action for AMI', () => {
  it('is_one_block_of_lines', () => {
    expect(encodeAction('Login', 'id-1', { Username: 'carillon', Variable: ['a=1', 'b=2'] })).toBe(
      'Action: Login\r\nActionID: id-1\r\nUsername: carillon\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n',
    );
  });

  it.each<AmiFields>([
    { Note: 'hi\r\n\r\nAction: Command\r\nCommand: core stop now' },
    { Note: 'a\nb' },
    { Note: 'a\rb' },
    { Note: 'a\u0000b' },
    { Note: ['fine', 'a\r\nb'] },
    { 'Note\r\nAction': 'x' },
    { 'No te': 'x' },
    { 'Note:': 'x' },
    { '': 'x' },
  ])('with_%j_is_refused', (fields) => {
    expect(() => encodeAction('Ping', '1', fields)).toThrow(PbxError);
  });

  it('whatever_is_asked_for_is_refused_or_decodes_to_exactly_that', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[A-Za-z]{3,12}$/));
    const value = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        name,
        value,
        fc.string({ unit: fc.constantFrom('\r', '\n', '\u0000', 'a'), maxLength: 6 }),
        (key, text, dirt) => {
          let encoded: string;
          try {
            encoded = encodeAction('Ping', 'id', { [key]: text + dirt });
          } catch (error) {
            expect(error).toBeInstanceOf(PbxError);
            return;
          }
          const [message, ...more] = decode(encoded);
          expect(more).toEqual([]);
          expect([...message!.keys()].length).toBeLessThanOrEqual(3);
          expect(header(message!, 'Action')).toBe('Ping');
          expect(header(message!, 'ActionID')).toBe('id');
          expect(message!.get(key.toLowerCase())?.at(-1)).toBe((text + dirt).toWellFormed());
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('the stream from AMI', () => {
  const stream =
    'Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: 6\r\nMessage: Command output follows\r\n' +
    'Output: one: 1\r\nOutput: 王芳 ☎\r\nOutput: \r\n\r\n\r\nEvent: FullyBooted\r\nUptime:528\r\nno header\r\n: none\r\n\r\n';
  const messages = [
    {
      response: ['Success'],
      actionid: ['6'],
      message: ['Command output follows'],
      output: ['one: 1', '王芳 ☎', ''],
    },
    { event: ['FullyBooted'], uptime: ['528'] },
  ];

  it('is_cut_into_messages', () => {
    expect(plain(decode(stream))).toEqual(messages);
  });

  it('cut_anywhere_even_inside_a_letter_gives_the_same', () => {
    const all = bytes(stream);
    fc.assert(
      fc.property(fc.array(fc.nat(all.length), { maxLength: 40 }), (places) => {
        const decoder = new AmiDecoder();
        const cuts = [0, ...places.toSorted((a, b) => a - b), all.length];
        const found = cuts.slice(1).flatMap((to, at) => decoder.push(all.subarray(cuts[at], to)));
        expect(plain(found)).toEqual(messages);
      }),
    );
  });

  it('of_any_bytes_is_survived_and_the_next_message_is_read', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const decoder = new AmiDecoder();
        for (const chunk of chunks) decoder.push(chunk);
        decoder.push(bytes('\r\n\r\n'));
        expect(plain(decoder.push(bytes('Event: Next\r\n\r\n')))).toEqual([{ event: ['Next'] }]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('with_a_message_that_never_ends_drops_it_and_reads_on', () => {
    const decoder = new AmiDecoder();
    const line = bytes(`Output: ${'x'.repeat(65_536)}\r\n`);
    for (let count = 0; count < 100; count += 1) expect(decoder.push(line)).toEqual([]);
    expect(plain(decoder.push(bytes('\r\nEvent: Next\r\n\r\n')))).toEqual([{ event: ['Next'] }]);
  });

  it('with_a_line_that_never_ends_drops_it_and_reads_on', () => {
    const decoder = new AmiDecoder();
    const piece = bytes('x'.repeat(300_000));
    for (let count = 0; count < 20; count += 1) expect(decoder.push(piece)).toEqual([]);
    expect(plain(decoder.push(bytes('\r\n\r\nEvent: Next\r\n\r\n')))).toEqual([{ event: ['Next'] }]);
  });

  it('with_prototype_names_changes_no_prototype', () => {
    expect(header(decode('__proto__: x\r\nEvent: E\r\n\r\n')[0]!, 'constructor')).toBe('');
  });
});

describe('what belongs to an action', () => {
  const gather = (text: string) => {
    const collector = new AmiCollector();
    return decode(text).map((message) => collector.take(message));
  };

  it('is_the_response_alone', () => {
    const [result] = gather('Response: Success\r\nPing: Pong\r\n\r\n');
    expect(header(result!.response, 'Ping')).toBe('Pong');
    expect(result!.events).toEqual([]);
  });

  it('is_the_whole_list', () => {
    const results = gather(
      'Response: Success\r\nEventList: start\r\n\r\nEvent: ContactList\r\nUri: a\r\n\r\nEvent: ContactList\r\nUri: b\r\n\r\n' +
        'Event: ContactListComplete\r\nEventList: Complete\r\n\r\n',
    );
    expect(results.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    expect(results[3]!.events.map((event) => header(event, 'uri'))).toEqual(['a', 'b']);
  });

  it('is_nothing_before_the_response', () => {
    expect(gather('Event: X\r\nEventList: Complete\r\n\r\n')).toEqual([undefined]);
  });
});
