import { setTimeout as sleep } from 'node:timers/promises';
import { RtpWitness } from '../rtp-witness.ts';
import { StallMeter } from '../stalls.ts';
import { abandon } from './abandon.ts';
import type { CentreOptions } from './centre.ts';
import { daemonKill } from './daemon-kill.ts';
import { dialerKill } from './dialer-kill.ts';
import { missedBy } from './goals.ts';
import { importArgument } from './injected.ts';
import { overload } from './overload.ts';
import { pbxKill } from './pbx-kill.ts';
import { thaw } from './thaw.ts';

/** As few as have somebody in every step. */
const CALLERS = 100;

/** Faults of our own making that the benches have to see: a bench that cannot fail shows nothing. */
export interface Controls {
  /** Calls that obeyed no key after the daemon was killed, where its successor adopts none; must be above 0. */
  readonly adoptionOffStranded: number;
  /** Calls not closed exactly once after Asterisk was killed, where the daemon does not reconcile; must be above 0. */
  readonly adoptionOffUnclosed: number;
  /** Writes of a thawed daemon that does not ask whether it was replaced; must be above 0. */
  readonly fencingOffStaleWrites: number;
  /** Channels, bridges and calls that are left where the daemon hangs up nobody; must be above 0. */
  readonly hangupOffOrphans: number;
  /** Goals of overload that are missed where the daemon takes everybody; must be above 0. */
  readonly admissionOffMissed: number;
  /** Goals of dialerKill that are missed where a daemon knows nothing of the attempts of the one before it; must be above 0. */
  readonly memoryOffMissed: number;
  /** Gaps that the meter sees in audio that is whole, and in audio with one pause of 300 ms; must be 0 and 1. */
  readonly gapsInWhole: number;
  readonly gapsInBroken: number;
}

/** Runs all of them. */
export async function controls(options: CentreOptions & { readonly frozenMs: number }): Promise<Controls> {
  const nodeOptions = importArgument('no-adoption.ts');
  const meter = await gapMeter();
  const kill = await daemonKill({ ...options, nodeOptions, repeats: 1 });
  const pbx = await pbxKill({ ...options, nodeOptions });
  const stale = await thaw({ ...options, inject: ['no-fence.ts'] });
  const left = await abandon({
    ...options,
    nodeOptions: importArgument('no-hangup.ts'),
    seed: 1,
    callers: CALLERS,
  });
  const flood = await overload({ ...options, nodeOptions: importArgument('no-admission.ts') });
  const forgotten = await dialerKill({
    ...options,
    inject: ['forget-attempts.ts'],
    seed: 1,
    attempts: CALLERS,
  });
  return {
    adoptionOffStranded: kill.stranded,
    adoptionOffUnclosed: pbx.unclosed,
    fencingOffStaleWrites: stale.staleWrites,
    hangupOffOrphans: left.orphans,
    admissionOffMissed: missedBy('overload', flood).length,
    memoryOffMissed: missedBy('dialerKill', forgotten).length,
    ...meter,
  };
}

async function gapMeter(): Promise<Pick<Controls, 'gapsInWhole' | 'gapsInBroken'>> {
  const stalls = new StallMeter();
  const [speaker, listener] = [await RtpWitness.open(), await RtpWitness.open()];
  speaker.sendTo(listener.port);
  speaker.talks = true;
  const hear = async (pauseMs: number): Promise<number> => {
    await sleep(200);
    listener.measure();
    await sleep(300);
    listener.deafen(pauseMs);
    await sleep(800);
    return listener.gaps(stalls).length;
  };
  const meter = { gapsInWhole: await hear(0), gapsInBroken: await hear(300) };
  for (const one of [speaker, listener]) one.close();
  stalls.stop();
  return meter;
}
