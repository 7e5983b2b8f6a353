import { isRecord, number, text } from '../json.ts';

/** One REST call to ARI. `path` is below /ari/, its parts already encoded; `query` values are encoded here. */
export interface AriRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
}

export interface AriResponse {
  readonly status: number;
  /** JSON, or undefined when there was none. */
  readonly body: unknown;
}

export interface AriChannel {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly callerNumber: string;
  readonly callerName: string;
  readonly context: string;
  readonly exten: string;
  readonly appName: string;
  readonly appData: string;
}

/** The events that Carillon uses; every other one is dropped by `parseFrame`. */
export type AriEvent =
  | { readonly type: 'StasisStart'; readonly channel: AriChannel; readonly args: readonly string[] }
  | { readonly type: 'StasisEnd'; readonly channel: AriChannel }
  | {
      readonly type: 'ChannelDestroyed';
      readonly channel: AriChannel;
      readonly cause: number;
      readonly sipCode?: number;
    }
  /** The first word of the end, while the channel is still with us. No `cause` where it is not the far end that hangs up. */
  | { readonly type: 'ChannelHangupRequest'; readonly channel: AriChannel; readonly cause?: number }
  | { readonly type: 'ChannelDtmfReceived'; readonly channel: AriChannel; readonly digit: string }
  | { readonly type: 'Dial'; readonly peer: AriChannel; readonly status: string }
  | {
      readonly type: 'PlaybackFinished';
      readonly playback: string;
      readonly target: string;
      readonly state: string;
    }
  | {
      readonly type: 'RecordingFinished' | 'RecordingFailed';
      readonly recording: string;
      /** Asterisk cuts the silence off that ended it. */
      readonly durationSeconds: number;
    }
  | { readonly type: 'ApplicationReplaced' };

export type AriFrame =
  /** `at`: when Asterisk sent it, by its own clock, UTC ms. */
  | { readonly kind: 'event'; readonly event: AriEvent; readonly at?: number }
  | { readonly kind: 'response'; readonly id: string; readonly response: AriResponse }
  /** Well-formed, but nothing that we use. */
  | { readonly kind: 'unused'; readonly type: string }
  /** Not what ARI sends; `why` is for the log. */
  | { readonly kind: 'broken'; readonly why: string };

/** Types that Asterisk is asked to send; it keeps the others to itself, which is more than half of the traffic. */
export const USED_EVENTS: readonly AriEvent['type'][] = [
  'StasisStart',
  'StasisEnd',
  'ChannelDestroyed',
  'ChannelHangupRequest',
  'ChannelDtmfReceived',
  'Dial',
  'PlaybackFinished',
  'RecordingFinished',
  'RecordingFailed',
  'ApplicationReplaced',
];

/** Larger frames are not looked at: the biggest honest one is a list of some hundred channels. */
export const MAX_FRAME = 16 * 1024 * 1024;

/** Path and query of a request, as both transports want it. */
export function uriOf(request: AriRequest): string {
  const query = Object.entries(request.query ?? {});
  if (query.length === 0) return request.path;
  return `${request.path}?${query.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&')}`;
}

/** Builds a path of which every part may be any text: `path('channels', id, 'play')`. */
export function path(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

/** A REST call as a frame for the websocket (Asterisk 20.14, 21.9, 22.4 and later). */
export function encodeRequest(id: string, request: AriRequest): string {
  return JSON.stringify({
    type: 'RESTRequest',
    transaction_id: id,
    request_id: id,
    method: request.method,
    uri: uriOf(request),
    ...(request.body && { content_type: 'application/json', message_body: JSON.stringify(request.body) }),
  });
}

/** Reads one frame from the websocket. Never throws, whatever the frame holds. */
export function parseFrame(frame: string): AriFrame {
  if (frame.length > MAX_FRAME) return { kind: 'broken', why: `frame of ${frame.length} characters` };
  const message = parseJson(frame);
  if (!isRecord(message)) return { kind: 'broken', why: 'not a JSON object' };
  const type = text(message, 'type');
  if (type === undefined) return { kind: 'broken', why: 'no type' };
  if (type === 'RESTResponse') return parseResponse(message);
  const event = parseEvent(type, message);
  if (event === 'unused') return { kind: 'unused', type };
  if (!event) return { kind: 'broken', why: `${type} without its fields` };
  const at = Date.parse(text(message, 'timestamp') ?? '');
  return Number.isNaN(at) ? { kind: 'event', event } : { kind: 'event', event, at };
}

export interface AsteriskVersion {
  readonly text: string;
  readonly major: number;
  /** Whether it takes REST requests on the event websocket. */
  readonly restOnSocket: boolean;
}

/** First release of each branch that takes REST requests on the websocket (asterisk.org, "ARI REST Requests over Websocket"). */
const REST_ON_SOCKET_SINCE: Readonly<Record<number, number>> = { 20: 14, 21: 9, 22: 4 };

/** Reads what Asterisk calls its version: `22.10.1+dfsg`, `20.9-cert2`, `GIT-master-…`; an unreadable one counts as new. */
export function versionOf(version: string): AsteriskVersion {
  const match = /^(?:certified[/-])?(\d+)\.(\d+)[0-9.]*/.exec(version);
  if (!match)
    return { text: version.slice(0, 40) || 'unknown', major: Number.POSITIVE_INFINITY, restOnSocket: true };
  const major = Number(match[1]);
  const since = REST_ON_SOCKET_SINCE[major] ?? (major > 22 ? 0 : Number.POSITIVE_INFINITY);
  return { text: match[0], major, restOnSocket: Number(match[2]) >= since };
}

/** JSON, or undefined when it is none. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An answer whose body is read only when somebody wants it, which for most commands is nobody. */
export function responseOf(status: number, body: string): AriResponse {
  return {
    status,
    get body() {
      return body === '' ? undefined : parseJson(body);
    },
  };
}

function parseResponse(message: Record<string, unknown>): AriFrame {
  const id = text(message, 'request_id');
  const status = number(message, 'status_code');
  if (id === undefined || status === undefined)
    return { kind: 'broken', why: 'RESTResponse without its fields' };
  return { kind: 'response', id, response: responseOf(status, text(message, 'message_body') ?? '') };
}

function parseEvent(type: string, message: Record<string, unknown>): AriEvent | 'unused' | undefined {
  switch (type) {
    case 'StasisStart': {
      const channel = parseChannel(message.channel);
      return channel && { type, channel, args: strings(message.args) };
    }
    case 'StasisEnd': {
      const channel = parseChannel(message.channel);
      return channel && { type, channel };
    }
    case 'ChannelDestroyed': {
      const channel = parseChannel(message.channel);
      const sipCode = number(message, 'tech_cause');
      return channel && { type, channel, cause: number(message, 'cause') ?? 0, ...(sipCode && { sipCode }) };
    }
    case 'ChannelHangupRequest': {
      const channel = parseChannel(message.channel);
      // Of a soft one, Asterisk gives the kind of softness as the cause.
      const cause = message.soft === true ? undefined : number(message, 'cause');
      return channel && { type, channel, ...(cause !== undefined && { cause }) };
    }
    case 'ChannelDtmfReceived': {
      const channel = parseChannel(message.channel);
      const digit = text(message, 'digit');
      return channel && digit !== undefined && /^[0-9A-D*#]$/.test(digit)
        ? { type, channel, digit }
        : undefined;
    }
    case 'Dial': {
      const peer = parseChannel(message.peer);
      return peer && { type, peer, status: text(message, 'dialstatus') ?? '' };
    }
    case 'PlaybackFinished': {
      const playback = isRecord(message.playback) ? message.playback : {};
      const id = text(playback, 'id');
      if (id === undefined) return undefined;
      return {
        type,
        playback: id,
        target: text(playback, 'target_uri') ?? '',
        state: text(playback, 'state') ?? '',
      };
    }
    case 'RecordingFinished':
    case 'RecordingFailed': {
      const recording = isRecord(message.recording) ? message.recording : {};
      const name = text(recording, 'name');
      return name === undefined
        ? undefined
        : {
            type,
            recording: name,
            durationSeconds: number(recording, 'duration') ?? 0,
          };
    }
    case 'ApplicationReplaced':
      return { type };
    default:
      return 'unused';
  }
}

/** A channel of an event or of GET /channels; undefined when it has no id. */
export function parseChannel(value: unknown): AriChannel | undefined {
  if (!isRecord(value)) return undefined;
  const id = text(value, 'id');
  if (!id) return undefined;
  const caller = isRecord(value.caller) ? value.caller : {};
  const dialplan = isRecord(value.dialplan) ? value.dialplan : {};
  return {
    id,
    name: text(value, 'name') ?? '',
    state: text(value, 'state') ?? '',
    callerNumber: text(caller, 'number') ?? '',
    callerName: text(caller, 'name') ?? '',
    context: text(dialplan, 'context') ?? '',
    exten: text(dialplan, 'exten') ?? '',
    appName: text(dialplan, 'app_name') ?? '',
    appData: text(dialplan, 'app_data') ?? '',
  };
}

/** The strings of a list; what is no list has none. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
