import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adopt, end } from './children.ts';
import { muLaw } from './g711.ts';
import { freePortBlock } from './ports.ts';
import {
  callerScenario,
  phoneScenario,
  registerScenario,
  type SippAudio,
  type SippInfo,
  trunkScenario,
  VOICES,
} from './sipp-scenarios.ts';

/** A running SIPp. */
export interface Sipp {
  readonly port: number;
  /** Resolves with the exit code when its calls are done. */
  readonly done: Promise<number>;
  stop(): Promise<void>;
}

/**
 * The far end of the trunk: takes any number of calls on `port` and behaves by the last digits of the dialled number, see
 * `trunkScenario`.
 */
export function startTrunk(port: number): Sipp {
  return start(port, trunkScenario(), ['-aa'], VOICES);
}

/** A phone of the house that answers by itself when it is asked to, see `phoneScenario`. */
export async function startSippPhone(phone: {
  readonly server: string;
  readonly extension: string;
  readonly password: string;
}): Promise<Sipp> {
  const { server, extension, password } = phone;
  const port = await freePortBlock();
  const code = await start(port, registerScenario(extension, password), ['-m', '1', server]).done;
  if (code !== 0) throw new Error(`the phone ${extension} could not register`);
  return start(port, phoneScenario(), ['-aa']);
}

export interface SippCaller {
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly server: string;
  readonly dnis: string;
  /** User part of From as it stands on the wire; %-escapes are not touched. */
  readonly user: string;
  /** Display name as it stands on the wire, without quotes around it. */
  readonly name: string;
  readonly audio?: SippAudio;
  readonly infos?: readonly SippInfo[];
}

/** One caller that stays until he is hung up or stopped; for headers that no phone would send. */
export async function startSippCaller(caller: SippCaller): Promise<Sipp> {
  const scenario = callerScenario(caller.user, caller.name, caller.audio, caller.infos);
  return start(await freePortBlock(), scenario, ['-m', '1', '-s', caller.dnis, caller.server]);
}

function start(port: number, scenario: string, args: readonly string[], voices: typeof VOICES = {}): Sipp {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'carillon-sipp-'));
  const file = path.join(folder, 'scenario.xml');
  fs.writeFileSync(file, scenario);
  for (const [name, voice] of Object.entries(voices)) fs.writeFileSync(path.join(folder, name), muLaw(voice));
  const fixed = [
    '-sf',
    file,
    '-i',
    '127.0.0.1',
    '-p',
    String(port),
    '-nostdin',
    '-timeout',
    '600s',
    '-recv_timeout',
    '60000',
  ];
  const child: ChildProcess = spawn('/usr/bin/sipp', [...fixed, ...args], { cwd: folder, stdio: 'ignore' });
  adopt(child);
  const done = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      fs.rmSync(folder, { recursive: true, force: true });
      resolve(code ?? -1);
    });
  });
  return { port, done, stop: () => end(child, 200) };
}
