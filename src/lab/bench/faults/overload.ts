import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, startLoad } from '../sipp.ts';
import { Sight } from './api.ts';
import { type CentreOptions, startCentre } from './centre.ts';
import { NUMBERS } from './flows.ts';
import { leftovers } from './leftovers.ts';
import { ShortCalls } from './short-calls.ts';
import { Town } from './town.ts';

const TIMES = 2;
const LONG_S = 60;
/** At half the admitted rate. */
const WARM_UP_S = 20;
/** In which the last calls have to be over. */
const MORE_S = 40;
const PROBES_PER_SECOND = 4;
const STAY_MS = 500;
const REST_MS = 30_000;
const RTP_PORTS = 4_000;

/** What a flood does to those who are let in. */
export interface Overload {
  /** 95th percentile of INVITE → 200 OK of the callers that were taken, ms. */
  readonly p95Ms: number;
  /** Channels, bridges and live calls half a minute after the flood. */
  readonly zombies: number;
  /** Callers per second that were offered, and that were answered, both measured, as a share of those that are to be admitted. */
  readonly offeredShare: number;
  readonly answeredShare: number;
  readonly admittedPerSecond: number;
  /** 95th percentile of INVITE → refusal, ms, undefined where none was seen, and what it was. */
  readonly refusedP95Ms: number | undefined;
  readonly refusals: readonly number[];
  /** Calls that neither were answered and ended in order nor were refused. */
  readonly broken: number;
}

/** Twice the rate that is admitted, for a minute. */
export async function overload(
  options: CentreOptions & {
    readonly perSecond?: number;
    /** The flood meets a daemon that has just started; else it has taken calls for a while. */
    readonly cold?: boolean;
  },
): Promise<Overload> {
  const { perSecond } = options;
  const env: CentreOptions['env'] =
    perSecond === undefined ? {} : { CARILLON_CALLS_PER_SECOND: String(perSecond) };
  const centre = await startCentre({ ...options, rtpPorts: RTP_PORTS, env });
  const town = await Town.open(centre.rig);
  try {
    const admitted = centre.rig.settings.callsPerSecond;
    const calls = (rate: number, seconds: number): Load => ({
      server: centre.rig.server,
      dnis: NUMBERS.menu,
      scenario: callsOrIsRefused(STAY_MS),
      rate,
      calls: Math.ceil(rate * seconds),
    });
    if (!options.cold) await (await startLoad(calls(Math.ceil(admitted / 2), WARM_UP_S))).done;
    const load = await startLoad(calls(admitted * TIMES, LONG_S));
    const probes = new ShortCalls(town, PROBES_PER_SECOND, STAY_MS);
    const inTime = load.done.then(() => true);
    // Calls that are stuck would keep SIPp for ever; it counts those that were made.
    if (!(await Promise.race([inTime, sleep((LONG_S + MORE_S) * 1000, false, { ref: false })])))
      await load.stop();
    const result = await load.done;
    await probes.stop();
    if (result.rate === 0) throw new Error('nobody was answered under overload: there is no set-up time');
    await sleep(REST_MS);
    const left = await leftovers(new Sight(centre.rig), 0);
    const shareOf = (perSecond: number): number => Math.round((perSecond / admitted) * 1000) / 1000;
    const refused = probes.calls
      .flatMap(({ refusedMs }) => (refusedMs === undefined ? [] : Math.round(refusedMs)))
      .sort((a, b) => a - b);
    return {
      p95Ms: result.setupMs.p95,
      zombies: left.channels + left.bridges + left.calls,
      offeredShare: shareOf(result.offeredRate),
      answeredShare: shareOf(result.rate),
      admittedPerSecond: admitted,
      refusedP95Ms: refused.at(Math.floor(0.95 * (refused.length - 1))),
      refusals: [...new Set(probes.calls.flatMap(({ refusal }) => refusal ?? []))],
      broken: result.failed,
    };
  } finally {
    town.close();
    await centre.stop();
  }
}

/** SIPp: a caller who hangs up `ms` after the answer, or takes 486 or 503 for one. Response time 1 is that of an answer. */
function callsOrIsRefused(ms: number): string {
  const target = 'sip:[service]@[remote_ip]:[remote_port]';
  const dialog = (via: string, to: string, cseq: string): string[] => [
    via,
    'From: "load" <sip:139[call_number]@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]',
    to,
    'Call-ID: [call_id]',
    `CSeq: ${cseq}`,
    'Max-Forwards: 70',
  ];
  const own = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]';
  const send = (attributes: string, lines: readonly string[]): string =>
    `<send${attributes}><![CDATA[\n${lines.join('\n')}\n\n]]></send>`;
  const empty = 'Content-Length: 0';
  const offer = [
    'Contact: <sip:[local_ip]:[local_port]>',
    'Content-Type: application/sdp',
    'Content-Length: [len]',
    '',
    'v=0',
    'o=load 1 1 IN IP4 [local_ip]',
    's=-',
    'c=IN IP4 [media_ip]',
    't=0 0',
    'm=audio [media_port] RTP/AVP 0',
  ];
  const steps = [
    send(' retrans="500" start_rtd="1"', [
      `INVITE ${target} SIP/2.0`,
      ...dialog(own, `To: <${target}>`, '1 INVITE'),
      ...offer,
    ]),
    ...['100', '180', '183'].map((code) => `<recv response="${code}" optional="true"/>`),
    ...['486', '503'].map((code) => `<recv response="${code}" optional="true" next="1"/>`),
    '<recv response="200" rtd="1" timeout="30000"/>',
    send('', [`ACK ${target} SIP/2.0`, ...dialog(own, '[last_To:]', '1 ACK'), empty]),
    `<pause milliseconds="${ms}"/>`,
    send(' retrans="500"', [`BYE ${target} SIP/2.0`, ...dialog(own, '[last_To:]', '2 BYE'), empty]),
    '<recv response="200"/>',
    '<nop next="2"/>',
    '<label id="1"/>',
    send('', [`ACK ${target} SIP/2.0`, ...dialog('[last_Via:]', '[last_To:]', '1 ACK'), empty]),
    '<label id="2"/>',
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="overload">\n${steps.join('\n')}\n</scenario>\n`;
}
