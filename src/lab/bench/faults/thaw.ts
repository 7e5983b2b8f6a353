import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeTcpPort } from '../../../setup/ports.ts';
import type { Rig, RigDaemon } from '../rig.ts';
import { type CentreOptions, startFaultRig } from './centre.ts';
import { NUMBERS } from './flows.ts';
import { freeze } from './freeze.ts';
import { importArgument } from './injected.ts';
import { type PbxProxy, throughProxy } from './pbx-proxy.ts';
import { Town } from './town.ts';

const OLD_CALLERS = 6;
const NEW_CALLERS = 6;
/** A daemon that was thawed and finds itself replaced has to end within this, ms. */
const END_MS = 10_000;

/** What a daemon did that had been stopped, replaced and thawed. */
export interface Thaw {
  /** Its commands to the PBX and its commits into the database after it was thawed. */
  readonly staleWrites: number;
  /** Whether it ended by itself. */
  readonly ended: boolean;
  /** The commands and commits, for whoever looks for the cause. */
  readonly writes: readonly string[];
}

/** Stops a daemon while callers come, lets another one take its place, and thaws the first after `frozenMs`. */
export async function thaw(
  options: CentreOptions & {
    readonly frozenMs: number;
    /** A control: what is loaded into the daemon that is stopped, before it starts; files of `inject/`. */
    readonly inject?: readonly string[];
  },
): Promise<Thaw> {
  const rig = await startFaultRig(options);
  const town = await Town.open(rig);
  let proxy: PbxProxy | undefined;
  try {
    const injected = ['note-commits.ts', ...(options.inject ?? [])];
    const first = await throughProxy(rig.settings, () =>
      rig.startDaemon({ nodeArgs: injected.map(importArgument) }),
    );
    proxy = first.proxy;
    const dialMany = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, at) =>
          town.dial([NUMBERS.menu, NUMBERS.bridge][at % 2] ?? NUMBERS.menu),
        ),
      );
    const old = await dialMany(OLD_CALLERS);
    await sleep(2_000);
    const thawFirst = freeze(first.daemon.pid);
    const stoppedAt = Date.now();
    // Some go and some come while nobody listens: all of that lies in the stopped one's socket.
    for (const call of old.slice(0, OLD_CALLERS / 2)) call.hangUp();
    for (const call of old.slice(OLD_CALLERS / 2)) call.press('12');
    const fresh = await dialMany(NEW_CALLERS);
    await sleep(1_000);
    await rig.startDaemon({ env: { CARILLON_HTTP_PORT: String(await freeTcpPort()) } });
    await sleep(2_000);
    for (const call of fresh.slice(0, NEW_CALLERS / 2)) call.hangUp();
    await sleep(Math.max(0, options.frozenMs - (Date.now() - stoppedAt)));
    return await watchThawed(rig, first, thawFirst);
  } finally {
    town.hangUpAll();
    await sleep(200);
    town.close();
    await rig.stop();
    proxy?.close();
  }
}

async function watchThawed(
  rig: Rig,
  { daemon, proxy }: { readonly daemon: RigDaemon; readonly proxy: PbxProxy },
  thawIt: () => void,
): Promise<Thaw> {
  const thawedAt = Date.now();
  thawIt();
  const ended = await Promise.race([daemon.ended.then(() => true), sleep(END_MS, false, { ref: false })]);
  const commands = proxy.writes.filter(({ at }) => at >= thawedAt).map(({ what }) => what);
  const commits = commitsOf(rig.settings.data, daemon.pid).filter((at) => at >= thawedAt);
  const writes = [...commands, ...commits.map((at) => `commit, ${at - thawedAt} ms after the thaw`)];
  return { staleWrites: writes.length, ended, writes };
}

/** When the daemon committed, as `inject/note-commits.ts` wrote down, UTC ms. */
function commitsOf(data: string, pid: number): number[] {
  const file = join(data, `commits-${pid}`);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
}
