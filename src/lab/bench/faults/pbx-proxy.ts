import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAsteriskPorts } from '../../../setup/asterisk/process.ts';
import { asteriskHome } from '../../../setup/asterisk/render.ts';
import { freeswitchHome } from '../../../setup/freeswitch/home.ts';
import { readFreeswitchPorts } from '../../../setup/freeswitch/ports.ts';
import type { Settings } from '../../../setup/settings.ts';
import { AriProxy } from './ari-proxy.ts';
import { EslProxy } from './esl-proxy.ts';

/** A command that went through and changes something. */
export interface PbxWrite {
  /** UTC ms. */
  readonly at: number;
  /** Such as `POST channels/1/answer` or `api uuid_answer 1`. */
  readonly what: string;
}

/** Stands between one daemon and the PBX and notes what it commands. */
export interface PbxProxy {
  readonly writes: readonly PbxWrite[];
  close(): void;
}

/** Lets the daemon that `startDaemon` starts reach the PBX through a proxy; all others reach it as ever. */
export async function throughProxy<Daemon>(
  { pbx, data }: Pick<Settings, 'pbx' | 'data'>,
  startDaemon: () => Promise<Daemon>,
): Promise<{ readonly daemon: Daemon; readonly proxy: PbxProxy }> {
  const { file, ports, proxy, changed } =
    pbx === 'asterisk' ? await wayToAsterisk(data) : await wayToFreeswitch(data);
  writeFileSync(file, JSON.stringify({ ...ports, ...changed }));
  try {
    return { daemon: await startDaemon(), proxy };
  } catch (error) {
    proxy.close();
    throw error;
  } finally {
    writeFileSync(file, JSON.stringify(ports));
  }
}

interface Way {
  /** Where the daemon reads the ports. */
  readonly file: string;
  readonly ports: object;
  readonly proxy: PbxProxy;
  /** Those that lead to the proxy. */
  readonly changed: object;
}

async function wayToAsterisk(data: string): Promise<Way> {
  const ports = readAsteriskPorts(data);
  if (!ports) throw new Error('Asterisk has no ports');
  const proxy = await AriProxy.open(ports.ari);
  return { file: join(asteriskHome(data), 'ports.json'), ports, proxy, changed: { ari: proxy.port } };
}

async function wayToFreeswitch(data: string): Promise<Way> {
  const ports = readFreeswitchPorts(data);
  if (!ports) throw new Error('FreeSWITCH has no ports');
  const proxy = await EslProxy.open(ports.esl);
  return { file: join(freeswitchHome(data), 'ports.json'), ports, proxy, changed: { esl: proxy.port } };
}
