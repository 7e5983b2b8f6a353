import { setTimeout as sleep } from 'node:timers/promises';
import type { PbxKind } from '../../../setup/pbx-installation.ts';
import { RtpWitness } from '../rtp-witness.ts';
import { StallMeter } from '../stalls.ts';
import { abandon } from './abandon.ts';
import { agentRace } from './agent-race.ts';
import type { CentreOptions } from './centre.ts';
import { daemonKill } from './daemon-kill.ts';
import { dialerKill } from './dialer-kill.ts';
import { type Fault, missedBy } from './goals.ts';
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
  /**
   * What is amiss after the PBX was killed, where the daemon does not reconcile; must be above 0. Asterisk: calls not closed exactly
   * once. FreeSWITCH, which takes them up again: goals that are missed.
   */
  readonly adoptionOffUnclosed: number;
  /** Calls that ended with a FreeSWITCH that is not told to take them up again; must be above 0. */
  readonly recoveryOffLost?: number;
  /** Writes of a thawed daemon that does not ask whether it was replaced; must be above 0. */
  readonly fencingOffStaleWrites: number;
  /** Channels, bridges and calls that are left where the daemon hangs up nobody; must be above 0. */
  readonly hangupOffOrphans: number;
  /** Callers who are stuck where the daemon does not hear that an agent has hung up; must be above 0. */
  readonly legEndsOffStuck: number;
  /** Goals of overload that are missed where the daemon takes everybody; must be above 0. */
  readonly admissionOffMissed: number;
  /** Goals of dialerKill that are missed where a daemon knows nothing of the attempts of the one before it; must be above 0. */
  readonly memoryOffMissed: number;
  /** Gaps that the meter sees in audio that is whole, and in audio with one pause of 300 ms; must be 0 and 1. */
  readonly gapsInWhole: number;
  readonly gapsInBroken: number;
}

type Measure = () => Promise<Partial<Controls>>;

/** What shows that the bench of this fault can fail. */
export async function controlsOf(
  fault: Fault,
  options: CentreOptions & { readonly pbx: PbxKind; readonly frozenMs: number },
): Promise<Partial<Controls>> {
  const { pbx } = options;
  const without = (file: string): CentreOptions => ({ ...options, nodeOptions: importArgument(file) });
  const measures: Readonly<Record<Fault, Measure>> = {
    daemonKill: async () => {
      const { stranded } = await daemonKill({ ...without('no-adoption.ts'), repeats: 1 });
      return { adoptionOffStranded: stranded, ...(await gapMeter()) };
    },
    daemonHang: async () => {
      const { staleWrites } = await thaw({ ...options, inject: ['no-fence.ts'] });
      return { fencingOffStaleWrites: staleWrites };
    },
    pbxKill: async () => {
      const blind = await pbxKill(without('no-adoption.ts'));
      if (pbx === 'asterisk') return { adoptionOffUnclosed: blind.unclosed };
      const { lost } = await pbxKill(without('no-recovery.ts'));
      return { adoptionOffUnclosed: missedBy(pbx, 'pbxKill', blind).length, recoveryOffLost: lost };
    },
    abandon: async () => {
      const { orphans } = await abandon({ ...without('no-hangup.ts'), seed: 1, callers: CALLERS });
      return { hangupOffOrphans: orphans };
    },
    agentRace: async () => {
      const { stuck } = await agentRace({ ...without('no-leg-ends.ts'), seed: 1, rounds: CALLERS });
      return { legEndsOffStuck: stuck };
    },
    overload: async () => {
      const flood = await overload(without('no-admission.ts'));
      return { admissionOffMissed: missedBy(pbx, 'overload', flood).length };
    },
    dialerKill: async () => {
      const inject = ['forget-attempts.ts'];
      const forgotten = await dialerKill({ ...options, inject, seed: 1, attempts: CALLERS });
      return { memoryOffMissed: missedBy(pbx, 'dialerKill', forgotten).length };
    },
  };
  return measures[fault]();
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
