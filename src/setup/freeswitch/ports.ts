import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freeTcpPort, obstacle } from '../ports.ts';
import { freeswitchHome } from './home.ts';

/** Loopback TCP ports of FreeSWITCH that nobody chooses. */
export interface FreeswitchPorts {
  /** The event socket. */
  readonly esl: number;
  /** SIP over websocket, for the phones in pages. */
  readonly webSip: number;
}

/** The ports as remembered from the last time; chosen anew where there is none, or where somebody else took one. */
export async function chooseFreeswitchPorts(data: string, isRunning: boolean): Promise<FreeswitchPorts> {
  const known = readFreeswitchPorts(data);
  if (known && (isRunning || (await areFree(known)))) return known;
  const esl = await freeTcpPort();
  let webSip = await freeTcpPort();
  while (webSip === esl) webSip = await freeTcpPort();
  const ports = { esl, webSip };
  mkdirSync(dirname(portsFile(data)), { recursive: true, mode: 0o700 });
  writeFileSync(portsFile(data), `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  return ports;
}

/** The remembered ports, or undefined before the first start. */
export function readFreeswitchPorts(data: string): FreeswitchPorts | undefined {
  if (!existsSync(portsFile(data))) return undefined;
  try {
    const { esl, webSip } = JSON.parse(readFileSync(portsFile(data), 'utf8')) as Partial<FreeswitchPorts>;
    return isPort(esl) && isPort(webSip) ? { esl, webSip } : undefined;
  } catch {
    return undefined;
  }
}

async function areFree({ esl, webSip }: FreeswitchPorts): Promise<boolean> {
  const taken = [await obstacle('127.0.0.1', esl, 'tcp'), await obstacle('127.0.0.1', webSip, 'tcp')];
  return taken.every((code) => code === undefined);
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}

function portsFile(data: string): string {
  return join(freeswitchHome(data), 'ports.json');
}
