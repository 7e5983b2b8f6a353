import { randomUUID } from 'node:crypto';
import type { Log } from '../../base/log.ts';
import type { Pbx, PbxEvent } from '../pbx.ts';
import { Commander } from './answers.ts';
import { Bridges } from './bridges.ts';
import { callVerbs } from './calls.ts';
import { Dialler } from './dialler.ts';
import { EslLink } from './esl-link.ts';
import { endIntruder } from './intruders.ts';
import { Legs } from './legs.ts';
import { Orders } from './orders.ts';
import { Overhearer } from './overhearer.ts';
import { Ownership } from './ownership.ts';
import { Phones } from './phones.ts';
import { Census } from './snapshot.ts';
import { soundVerbs } from './sounds.ts';
import { Watch } from './watch.ts';

export interface FreeswitchOptions {
  readonly host: string;
  /** Of the inbound event socket. */
  readonly port: number;
  readonly password: string;
  /** Absolute directory where FreeSWITCH writes recordings. */
  readonly recordings: string;
  /** SIP profile and domain that phones register at. */
  readonly phoneProfile: string;
  readonly domain: string;
  /** Name of the gateway that outside numbers are dialled through. */
  readonly trunk: string;
  /** How the ids of our legs begin; no id of FreeSWITCH may begin so. */
  readonly idPrefix: string;
  readonly log: Log;
}

/** FreeSWITCH 1.10 or newer behind the port, over its event socket. */
export function freeswitchPbx(options: FreeswitchOptions): Pbx {
  let listener: ((event: PbxEvent) => void) | undefined;
  let isEnding = false;
  const tell = (event: PbxEvent) => listener?.(event);
  const emit = (event: PbxEvent) => watch.emit(event);
  const link = new EslLink(options, {
    up() {
      isEnding = false;
      watch.begin();
    },
    down(reason) {
      forget();
      tell({ type: 'LinkDown', reason: isEnding ? 'FreeSWITCH was stopped' : reason });
    },
    event(event) {
      const name = event('Event-Name');
      if (name === 'SHUTDOWN') isEnding = true;
      if (name === 'CUSTOM') return phones.take(event);
      endIntruder(commander, event);
      dialler.take(event);
      legs.take(event);
    },
    beat: () => watch.beat(),
  });
  const ownership = new Ownership((command) => link.send(command), randomUUID());
  const commander = new Commander(link, ownership, options.log);
  const legs = new Legs(commander, options.idPrefix, emit);
  const bridges = new Bridges(commander, legs);
  const overhearer = new Overhearer(commander, legs, bridges);
  const ranOut = (leg: string) => commander.attempt(calls.hangup(leg, 'no-answer'));
  const dialler = new Dialler({ ...options, commander, legs, ranOut });
  const phones = new Phones(commander, emit);
  const census = new Census(commander, legs, overhearer);
  const watch = new Watch({
    commander,
    ownership,
    phones,
    census,
    tell,
    cut: (reason) => link.cut(reason),
    replaced() {
      tell({ type: 'Replaced' });
      stop();
    },
    log: options.log,
  });
  const orders = new Orders(commander, legs);
  const calls = callVerbs({ commander, legs, orders, bridges, overhearer, dialler });
  const sounds = soundVerbs({ commander, legs, orders, emit, recordings: options.recordings });

  function forget(): void {
    watch.end();
    dialler.forget();
    legs.forget();
    overhearer.forget();
  }

  function stop(): void {
    listener = undefined;
    forget();
    link.stop();
  }

  return {
    ...calls,
    ...sounds,
    start(to) {
      listener = to;
      link.start();
    },
    async stop() {
      stop();
    },
    async snapshot() {
      await watch.settled;
      await census.take();
      return census.snapshot();
    },
    async phones() {
      await commander.checkOurs();
      return phones.list();
    },
  };
}
