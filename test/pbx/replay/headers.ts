import { vi } from 'vitest';
import * as codec from '../../../src/pbx/freeswitch/esl-codec.ts';
import { isRecord } from '../../../src/pbx/json.ts';

/** Headers of an event, a dump or a row of a list that somebody reads. */
export interface Reading {
  /** Name of the event; `row` for one of a list. */
  readonly kind: string;
  readonly header: string;
}

/** Tells of each header that is read out of what FreeSWITCH said in JSON, until it is called off. */
export function watchHeaders(read: (reading: Reading) => void): () => void {
  const { parse } = JSON;
  const { parseEvent } = codec;
  JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]) => watched(parse(text, reviver), read);
  const spy = vi.spyOn(codec, 'parseEvent').mockImplementation((json) => {
    const event = parseEvent(json);
    const kind = event?.('Event-Name');
    return (
      event &&
      ((header) => {
        if (kind) read({ kind, header });
        return event(header);
      })
    );
  });
  return () => {
    JSON.parse = parse;
    spy.mockRestore();
  };
}

/** Name under which the readings of an object are kept; undefined for what is none of FreeSWITCH's. */
export function kindOf(value: Readonly<Record<string, unknown>>): string | undefined {
  const name = value['Event-Name'];
  return typeof name === 'string' ? name : undefined;
}

function watched(value: unknown, read: (reading: Reading) => void): unknown {
  if (!isRecord(value)) return value;
  const { rows } = value;
  return Array.isArray(rows) ? { ...value, rows: rows.map((row) => readable(row, 'row', read)) } : value;
}

function readable(value: unknown, kind: string, read: (reading: Reading) => void): unknown {
  if (!isRecord(value)) return value;
  const note = (header: string | symbol) => {
    if (typeof header === 'string') read({ kind, header });
  };
  // Each header is asked for too when all are listed, which reads none of them.
  let listed = 0;
  return new Proxy(value, {
    get: (object, header) => {
      note(header);
      return Reflect.get(object, header);
    },
    ownKeys: (object) => {
      const keys = Reflect.ownKeys(object);
      listed = keys.length;
      return keys;
    },
    getOwnPropertyDescriptor: (object, header) => {
      if (listed > 0) listed -= 1;
      else note(header);
      return Reflect.getOwnPropertyDescriptor(object, header);
    },
  });
}
