/** SIPp as load: many short calls at a steady rate, with exact figures of how each of them began. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import { freeTcpPort, obstacle } from '../../setup/ports.ts';
import { onPath } from '../../setup/private-root.ts';
import { type LoadResult, loadResultIn } from './sipp-figures.ts';

export interface Load {
  /** Where SIP is spoken, `127.0.0.1:<port>`. */
  readonly server: string;
  /** The dialled number. */
  readonly dnis: string;
  /** A scenario of SIPp; `hungUpByServer`, `hangsUpAfter` or one of your own, whose response time 1 is the set-up. */
  readonly scenario: string;
  /** New calls per second. */
  readonly rate: number;
  /** The run ends when so many calls were made and are over. */
  readonly calls: number;
  /** Calls at a time; SIPp makes no new one beyond it. Four seconds' worth, 1,500 at most, when not said. */
  readonly limit?: number;
  /** Where the callers want to hear; nobody listens there unless you do. */
  readonly mediaPort?: number;
}

/** Load that is under way. */
export interface RunningLoad {
  readonly pid: number;
  /** When all calls are over. Rejects with `Refused('load-failed')` when SIPp does not run; after `stop` some calls may miss. */
  readonly done: Promise<LoadResult>;
  /** Ends at once and leaves its calls behind, as a caller does whose network is gone. */
  stop(): Promise<void>;
}

const COUNTS = 'counts.csv';
const TARGET = 'sip:[service]@[remote_ip]:[remote_port]';
const DIALOG = [
  'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
  'From: "load" <sip:138[call_number]@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]',
  'Call-ID: [call_id]',
  'Max-Forwards: 70',
];
const NO_BODY = 'Content-Length: 0';
/** 20 ms of silence as G.711 mu-law, the one packet of audio that a caller sends who speaks. */
const FIRST_SOUND = 'silence.ulaw';
const SILENCE = new Uint8Array(160).fill(0xff);
const SDP = [
  'Content-Type: application/sdp',
  'Content-Length: [len]',
  '',
  'v=0',
  'o=sipp 1 1 IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
];

/**
 * A caller who stays until he is hung up, and sends a packet of audio as soon as he is answered: Asterisk's `Answer()` waits for a
 * first one, half a second at most.
 */
export function hungUpByServer(): string {
  const ok = [
    'SIP/2.0 200 OK',
    '[last_Via:]',
    '[last_From:]',
    '[last_To:]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    NO_BODY,
  ];
  const speak = `<nop><action><exec rtp_stream="${FIRST_SOUND},1,0"/></action></nop>`;
  const steps = [speak, '<recv request="BYE" timeout="30000"/>', send(ok)];
  return scenario(steps).replace('[media_port]', '[rtpstream_audio_port]');
}

/** A caller who hangs up `ms` after he was answered. */
export function hangsUpAfter(ms: number): string {
  const bye = [`BYE ${TARGET} SIP/2.0`, ...DIALOG, '[last_To:]', 'CSeq: 2 BYE', NO_BODY];
  return scenario([`<pause milliseconds="${ms}"/>`, send(bye, ' retrans="500"'), '<recv response="200"/>']);
}

/** Starts the load. @throws Refused 'no-sipp' when SIPp is not installed */
export async function startLoad(load: Load): Promise<RunningLoad> {
  const program = onPath('sipp');
  if (!program)
    throw new Refused(
      'no-sipp',
      'SIPp, which makes the calls, is missing. Run: sudo apt-get install sip-tester',
    );
  const folder = mkdtempSync(join(tmpdir(), 'carillon-load-'));
  writeFileSync(join(folder, 'load.xml'), load.scenario);
  writeFileSync(join(folder, FIRST_SOUND), SILENCE);
  const limit = load.limit ?? Math.max(50, Math.min(1500, Math.ceil(load.rate * 4)));
  const settings = {
    sf: 'load.xml',
    i: '127.0.0.1',
    p: await freeUdpPort(),
    // The kernel gives odd ports away; audio takes even ones.
    mp: load.mediaPort ?? (await freeUdpPort()) + 1,
    s: load.dnis,
    r: load.rate,
    m: load.calls,
    l: limit,
    stf: COUNTS,
    fd: 1,
    rtt_freq: 1,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const child = spawn(
    program,
    [...args, '-trace_stat', '-trace_rtt', '-trace_err', '-nostdin', load.server],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const gone = endOf(child);
  const done = gone.then((code) => {
    process.off('exit', endWithUs);
    try {
      return resultIn(folder, code);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  // Whoever stops the load may not care for its figures.
  done.catch(() => undefined);
  return {
    pid: child.pid ?? -1,
    done,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** A port of 127.0.0.1 that nobody uses now, neither UDP nor TCP. */
export async function freeUdpPort(): Promise<number> {
  for (;;) {
    const port = await freeTcpPort();
    if ((await obstacle('127.0.0.1', port, 'udp')) === undefined) return port;
  }
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('exit', (code) => resolve(code ?? -1));
  });
}

function resultIn(folder: string, code: number): LoadResult {
  const names = readdirSync(folder);
  const textOf = (ending: string): string => {
    const name = names.find((one) => one.endsWith(ending));
    return name ? readFileSync(join(folder, name), 'utf8') : '';
  };
  const errors = textOf('_errors.log');
  const result = loadResultIn({ counts: textOf(COUNTS), answers: textOf('_rtt.csv'), errors });
  if (result) return result;
  throw new Refused('load-failed', `SIPp ended with ${code}, without figures: ${errors.slice(0, 300)}`);
}

/** Calls and is answered, and then does what the steps say. */
function scenario(afterAnswer: readonly string[]): string {
  const invite = [
    `INVITE ${TARGET} SIP/2.0`,
    ...DIALOG,
    `To: <${TARGET}>`,
    'CSeq: 1 INVITE',
    'Contact: <sip:[local_ip]:[local_port]>',
    ...SDP,
  ];
  const steps = [
    send(invite, ' retrans="500" start_rtd="1"'),
    ...['100', '180', '183'].map((code) => `<recv response="${code}" optional="true"/>`),
    '<recv response="200" rtd="1" timeout="30000"/>',
    send([`ACK ${TARGET} SIP/2.0`, ...DIALOG, '[last_To:]', 'CSeq: 1 ACK', NO_BODY]),
    ...afterAnswer,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="load">\n${steps.join('\n')}\n</scenario>\n`;
}

function send(lines: readonly string[], attributes = ''): string {
  const end = lines.includes('') ? '' : '\n';
  return `<send${attributes}><![CDATA[\n${lines.join('\n')}\n${end}]]></send>`;
}
