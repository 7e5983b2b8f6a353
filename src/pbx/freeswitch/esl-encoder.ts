import type { CallerScript } from '../demonstration.ts';
import { checkId, PbxError } from '../pbx.ts';

/** Applications that a channel may be told to run. FreeSWITCH hangs up on one that it does not know. */
export type App = 'playback' | 'record' | 'eavesdrop';

/** Commands of the event socket: the only ones that are ever sent. */
export type ApiCommand =
  | `uuid_${'answer' | 'pre_answer' | 'ring_ready' | 'kill' | 'break' | 'bridge' | 'transfer' | 'exists' | 'dump' | 'setvar_multi' | 'getvar' | 'send_dtmf'}`
  | 'show'
  | 'sched_del'
  | 'hash'
  | 'global_getvar'
  | 'global_setvar'
  | 'fsctl'
  | 'sofia'
  | 'reloadxml'
  | 'local_stream'
  | 'reloadacl'
  | 'module_exists'
  | 'strepoch'
  | 'version';

const END = '\n\n';
const CONTROLS = /[\p{Cc}\u2028\u2029]/u;
/** What ends or begins something in a list of variables: blocks, other legs, variables, escapes. */
const STRUCTURE = /[\p{Cc}\u2028\u2029{}[\]|^$\\]/gu;

/**
 * One command, whatever is in `line`. Throws `PbxError` 'refused' for a control character, which would end the command and begin
 * another one, and for `$`, which FreeSWITCH would expand, down to programs that it runs.
 */
function command(line: string): string {
  if (CONTROLS.test(line) || line.includes('$'))
    throw new PbxError('refused', 'control characters and $ cannot be said to FreeSWITCH');
  return `${line.toWellFormed()}${END}`;
}

export function encodeAuth(password: string): string {
  if (CONTROLS.test(password)) throw new PbxError('refused', 'the password of the event socket is no line');
  return `auth ${password}${END}`;
}

/** What is told: `names` of events, and `custom` ones. */
export function encodeSubscription(names: readonly string[], custom: readonly string[]): string {
  return command(['event json', ...names, 'CUSTOM', ...custom].join(' '));
}

/**
 * Of the ends of applications, only these are told. Else each line of the dialplan is told too, with all that is known of the channel,
 * and the event that a call has come waits behind them. Of other events, all are.
 */
export function encodeFilters(apps: readonly App[]): string[] {
  return [
    command('filter Event-Name /^(?!CHANNEL_EXECUTE_COMPLETE)/'),
    ...apps.map((app) => command(`filter Application ${app}`)),
  ];
}

/** A command that is answered at once. */
export function encodeApi(name: ApiCommand, ...words: readonly string[]): string {
  return command(`api ${[name, ...words].join(' ')}`);
}

/** The same about one channel. */
export function encodeFor(name: ApiCommand, channel: string, ...words: readonly string[]): string {
  checkId(channel);
  return encodeApi(name, channel, ...words);
}

/** Sets variables of a channel; '' removes one. Throws `PbxError` 'refused' for a value that would be more than one. */
export function encodeSet(channel: string, variables: Readonly<Record<string, string>>): string {
  const list = Object.entries(variables);
  if (list.some(([, value]) => /[;=]/.test(value)))
    throw new PbxError('refused', 'a variable cannot hold ; or =');
  return encodeFor('uuid_setvar_multi', channel, list.map(([name, value]) => `${name}=${value}`).join(';'));
}

/** Runs `app` on a channel behind what it runs now; `id` comes back as `Application-UUID`. */
export function encodeExecute(channel: string, app: App, argument: string, id: string): string {
  checkId(channel);
  checkId(id);
  const lines = [
    `sendmsg ${channel}`,
    'call-command: execute',
    `execute-app-name: ${app}`,
    `execute-app-arg: ${argument}`,
    `Event-UUID: ${id}`,
    // Else it would begin inside of what runs, which would go on behind it.
    'event-lock: true',
  ];
  return `${lines.map((line) => command(line).slice(0, -END.length)).join('\n')}${END}`;
}

/** Dials a leg, which waits in `park` when it is answered. `job` comes back as `Job-UUID`. */
export function encodeOriginate(
  job: string,
  variables: Readonly<Record<string, string>>,
  endpoint: string,
  then: '&park()' | `${CallerScript} XML demo-caller` = '&park()',
): string {
  checkId(job);
  const list = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
  const line = command(`bgapi originate {${list.join(',')}}${endpoint} ${then}`).slice(0, -END.length);
  return `${line}\nJob-UUID: ${job}${END}`;
}

/** A value in a list of variables; what could end it is taken out. */
function quoted(value: string): string {
  const plain = value.toWellFormed().replace(STRUCTURE, '');
  return `'${plain.replace(/[,']/g, (mark) => `\\${mark}`)}'`;
}
