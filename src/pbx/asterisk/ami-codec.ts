import { PbxError } from '../pbx.ts';

/** Headers of one AMI message by lower-case name; a name that repeats (`Output`) has several values. */
export type AmiMessage = ReadonlyMap<string, readonly string[]>;

/** What an action gave: its response and, for list actions, the events between `EventList: start` and `Complete`. */
export interface AmiResult {
  readonly response: AmiMessage;
  readonly events: readonly AmiMessage[];
}

export type AmiFields = Readonly<Record<string, string | readonly string[]>>;

/** A message larger than this is dropped; AMI's own are some kB. */
const MAX_MESSAGE = 1024 * 1024;

/** First value of a header, '' when it is not there. */
export function header(message: AmiMessage, name: string): string {
  return message.get(name.toLowerCase())?.[0] ?? '';
}

/**
 * One action, ready to send. Throws `PbxError` 'refused' for a name or value with a line break or NUL: AMI would take what
 * follows for a new action.
 */
export function encodeAction(action: string, actionId: string, fields: AmiFields = {}): string {
  const lines = [line('Action', action), line('ActionID', actionId)];
  for (const [name, value] of Object.entries(fields)) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push(line(name, one));
  }
  return `${lines.join('')}\r\n`;
}

function line(name: string, value: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new PbxError('refused', `"${name.slice(0, 64)}" is no AMI header name`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and line breaks are what must not pass
  if (/[\r\n\u0000]/.test(value))
    throw new PbxError('refused', `AMI header ${name}: line breaks and NUL are not allowed`);
  return `${name}: ${value}\r\n`;
}

/** Cuts a stream of bytes into AMI messages. Any bytes are survived; what is no header line is left out. */
export class AmiDecoder {
  readonly #text = new TextDecoder();
  #rest = '';
  #headers = new Map<string, string[]>();
  #size = 0;

  /** Takes the next bytes, cut anywhere; gives the messages that they complete. */
  push(bytes: Uint8Array): AmiMessage[] {
    const messages: AmiMessage[] = [];
    const lines = (this.#rest + this.#text.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const each of lines) {
      const message = this.#take(each.endsWith('\r') ? each.slice(0, -1) : each);
      if (message) messages.push(message);
    }
    if (this.#rest.length > MAX_MESSAGE) {
      this.#rest = '';
      this.#size = Number.POSITIVE_INFINITY;
    }
    return messages;
  }

  #take(text: string): AmiMessage | undefined {
    if (text === '') {
      const headers = this.#headers;
      const complete = headers.size > 0 && this.#size <= MAX_MESSAGE;
      this.#headers = new Map();
      this.#size = 0;
      return complete ? headers : undefined;
    }
    this.#size += text.length;
    if (this.#size > MAX_MESSAGE) {
      this.#headers = new Map();
      return undefined;
    }
    const colon = text.indexOf(':');
    if (colon <= 0) return undefined;
    const name = text.slice(0, colon).toLowerCase();
    const value = text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1);
    const values = this.#headers.get(name);
    if (values) values.push(value);
    else this.#headers.set(name, [value]);
    return undefined;
  }
}

/** Gathers what belongs to one action until it is complete. */
export class AmiCollector {
  #response: AmiMessage | undefined;
  readonly #events: AmiMessage[] = [];

  /** Takes a message with the action's id; gives the result when this was the last one. */
  take(message: AmiMessage): AmiResult | undefined {
    const list = header(message, 'EventList').toLowerCase();
    if (message.has('response')) {
      this.#response = message;
      return list === 'start' ? undefined : { response: message, events: [] };
    }
    if (!this.#response) return undefined;
    if (list === 'complete' || list === 'cancelled')
      return { response: this.#response, events: this.#events };
    this.#events.push(message);
    return undefined;
  }
}
