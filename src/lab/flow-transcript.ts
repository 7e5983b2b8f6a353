import type { Endpoint } from '../pbx/pbx.ts';
import { type Happening, VEIL } from './flow-happening.ts';

/** A line of what happened, for people. */
export interface TranscriptLine {
  /** Since the call came in. */
  readonly ms: number;
  readonly what: 'step' | 'heard' | 'caller' | 'service' | 'centre';
  readonly text: string;
}

/** What may not be shown. */
export interface Veil {
  readonly veiled: (text: string) => string;
  /** Names of values that are secrets. */
  readonly fields: ReadonlySet<string>;
}

/** @param since UTC ms */
export function transcriptOf(happenings: readonly Happening[], since: number, veil: Veil): TranscriptLine[] {
  return happenings.flatMap((happening) => {
    const [what, text] = lineOf(happening, veil);
    return text === '' ? [] : [{ ms: happening.at - since, what, text }];
  });
}

/** `12.3s  "Welcome."` */
export function transcriptText({ ms, what, text }: TranscriptLine): string {
  return `${(ms / 1000).toFixed(1).padStart(6)}s  ${what === 'step' ? '' : '  '}${text}`;
}

function lineOf(happening: Happening, veil: Veil): [TranscriptLine['what'], string] {
  switch (happening.kind) {
    case 'step':
      return ['step', `→ ${happening.flow}/${happening.step}`];
    case 'says':
      return ['heard', saidText(happening)];
    case 'music':
      return ['heard', `♪ ${happening.music}`];
    case 'tone':
      return ['heard', `♪ ${happening.tone} tone`];
    case 'keys':
      return ['caller', `presses ${shownKeys(happening, veil)}`];
    case 'asked':
      return [
        'service',
        `${happening.service}${happening.path} asked${sentText(happening.sent, veil)}: ${happening.answer}`,
      ];
    case 'event':
      return ['centre', eventText(happening)];
  }
}

/** The words, with the name of the persona who speaks. */
function saidText({ words, persona }: { readonly words: string; readonly persona: string }): string {
  return `${persona === '' ? '' : `${persona}: `}"${words}"`;
}

/** Values as in `card 6200…, amount 100`. */
export function sentText(sent: Readonly<Record<string, unknown>>, { fields, veiled }: Veil): string {
  const values = Object.entries(sent).map(([name, value]) =>
    fields.has(name) ? `${name} ${VEIL}` : `${name} ${veiled(valueText(value))}`,
  );
  return values.length === 0 ? '' : ` with ${values.join(', ')}`;
}

/** The keys that were pressed, without those of a secret. */
export function shownKeys({ keys }: Happening & { kind: 'keys' }, { veiled }: Veil): string {
  return veiled(keys).replace(/•+/g, VEIL);
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** '' for what needs no line of its own. */
function eventText({ type, agent, data }: Happening & { kind: 'event' }): string {
  switch (type) {
    case 'CallArrived':
    case 'AgentStateChanged':
    case 'CustomerIdentified':
    case 'CallOffered':
      return '';
    case 'CallRefused':
      return `no flow answers ${data.dnis}`;
    case 'CallQueued':
      return `waits in queue ${data.queue}`;
    case 'CallLeftQueue':
      return `leaves queue ${data.queue}: ${data.why}`;
    case 'CallDialled':
      return `${addressOf(data.to)} is dialled`;
    case 'CallConnected':
      return `talks with ${agent === '' ? '' : `agent ${agent} at `}${addressOf(data.to)}`;
    case 'CallDisconnected':
      return 'the talk is over';
    case 'DialRefused':
      return `${addressOf(data.to)} is busy`;
    case 'LegFailed':
      return `${addressOf(data.to)} is not reached: ${data.outcome}`;
    case 'CallEnded':
      return data.by === 'caller' ? 'the caller hangs up' : 'Carillon hangs up';
    case 'FlowLooped':
      return 'the flow goes round without waiting for anybody';
    case 'StepFailed':
      return `the step fails: ${data.reason}`;
    case 'LookUpFailed':
      return `the look-up fails: ${data.reason}`;
    case 'TextMessageRequested':
      return `text message to ${data.number}: "${data.text}"`;
    default:
      return type;
  }
}

/** What an event is about, for whoever words it himself: a queue, an address, a reason. '' for nothing more. */
export function detailOf({ type, agent, data }: Happening & { kind: 'event' }): string {
  const { queue, why, to, outcome, reason, number, text, dnis } = data;
  switch (type) {
    case 'CallQueued':
      return String(queue);
    case 'CallLeftQueue':
      return `${queue} (${why})`;
    case 'CallConnected':
      return `${agent === '' ? '' : `${agent}, `}${addressOf(to)}`;
    case 'CallDialled':
    case 'DialRefused':
      return addressOf(to);
    case 'LegFailed':
      return `${addressOf(to)}: ${outcome}`;
    case 'StepFailed':
    case 'LookUpFailed':
      return String(reason);
    case 'TextMessageRequested':
      return `${number}: ${text}`;
    case 'CallRefused':
      return String(dnis);
    case 'CallEnded':
      return data.by === 'caller' ? 'caller' : 'centre';
    default:
      return '';
  }
}

function addressOf(to: unknown): string {
  const endpoint = to as Endpoint | undefined;
  if (!endpoint) return 'nobody';
  return endpoint.kind === 'phone' ? `phone ${endpoint.extension}` : endpoint.number;
}
