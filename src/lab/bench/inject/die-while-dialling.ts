/**
 * Loaded into a daemon with `--import`: it kills itself (kill -9) at a certain moment of the dialing, each life at another one, as
 * the file `kills` in the data folder tells, and notes there at which one.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListKeeper } from '../../../list/keeper.ts';
import { replaceSource } from './replace-source.ts';

/**
 * `written`: an attempt is in the database and its dial has not gone out. `sent`: the dial is on its way, or half done. `rings`, `answers`:
 * the PBX has told so, and nobody has taken note. `ended`: the attempt is over, and the lists do not know. `any`: whenever.
 */
const MOMENTS = ['written', 'sent', 'rings', 'answers', 'ended', 'any'] as const;
type Moment = (typeof MOMENTS)[number];

/** A daemon that lives for less than ten seconds has its successor wait, and the spare needs a while to be there, ms. */
const LIFE_MS = 11_000;
/** A dial takes so long at most, ms. */
const DIAL_MS = 25;

const file = join(process.env.CARILLON_DATA ?? '', 'kills');
let dialsSince: number | undefined;
let moment: Moment = 'any';

/** Told of each moment that passes. */
function pass(now: Moment): void {
  if (dialsSince === undefined || now !== moment || performance.now() - dialsSince < LIFE_MS) return;
  appendFileSync(file, `${now}\n`);
  process.kill(process.pid, 'SIGKILL');
}

function dialling(): void {
  if (dialsSince === undefined) {
    dialsSince = performance.now();
    const killed = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
    moment = MOMENTS[killed % MOMENTS.length]!;
    setTimeout(() => pass('any'), LIFE_MS + 1000 * Math.random());
  }
  pass('written');
  setTimeout(() => pass('sent'), DIAL_MS * Math.random());
}

function hears({ type, channel }: { readonly type: string; readonly channel?: string }): void {
  if (!channel?.startsWith('leg-call-a-')) return;
  if (type === 'LegRinging') pass('rings');
  if (type === 'LegAnswered') pass('answers');
}

const settle = ListKeeper.prototype.settle;
ListKeeper.prototype.settle = function noted(this: ListKeeper, settled) {
  pass('ended');
  return settle.call(this, settled);
};

Object.assign(globalThis, { carillonDials: dialling, carillonHears: hears });
putIn(
  'src/engine/effects.ts',
  'const maxTalkMs = maxTalkOf(',
  'if (call.outbound && leg.id === call.channel) globalThis.carillonDials();',
);
putIn(
  'src/engine/pbx-listener.ts',
  "switch (event.type) {\n      case 'ChannelArrived':",
  'globalThis.carillonHears(event);',
);

/** Puts `line` before `place`, which has to be there. */
function putIn(path: string, place: string, line: string): void {
  replaceSource(path, (source) => {
    if (!source.includes(place)) throw new Error(`there is no ${place} any more`);
    return source.replace(place, `${line}\n${place}`);
  });
}
