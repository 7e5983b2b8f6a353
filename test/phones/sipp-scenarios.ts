import type { Stretch } from './g711.ts';

/** What a number ends with that is dialled through the trunk, and what the trunk does then. */
export const TRUNK = {
  /** Rings, answers after 0.3 s, stays until it is hung up. */
  answers: '0200',
  /** Rings and never answers. */
  rings: '0180',
  /** Sends early media, answers after 0.5 s. */
  earlyMedia: '0183',
  busy: '0486',
  unallocated: '0404',
  congested: '0503',
  declined: '0603',
  failing: '0500',
  /** Answers after 0.3 s; the sound is of `VOICES`. */
  longGreeting: '0701',
  hello: '0702',
  wordless: '0703',
  /** Says nothing, not even silence. */
  soundless: '0704',
} as const;

/** An outside number that behaves so. */
export function outsideNumber(behaviour: keyof typeof TRUNK): string {
  return `138001${TRUNK[behaviour]}`;
}

/** What those say who speak, by the file that it is in. */
export const VOICES: Readonly<Record<string, readonly Stretch[]>> = {
  'longGreeting.ulaw': [{ ms: 300 }, { ms: 4_000, hertz: 300 }, { ms: 6_000 }],
  'hello.ulaw': [{ ms: 300 }, { ms: 400, hertz: 300 }, { ms: 8_000 }],
  'wordless.ulaw': [{ ms: 8_000 }],
};

const SPEAKERS = ['longGreeting', 'hello', 'wordless'] as const;

const REFUSALS = [
  { ending: TRUNK.busy, line: '486 Busy Here' },
  { ending: TRUNK.unallocated, line: '404 Not Found' },
  { ending: TRUNK.congested, line: '503 Service Unavailable' },
  { ending: TRUNK.declined, line: '603 Decline' },
  { ending: TRUNK.failing, line: '500 Server Internal Error' },
] as const;

const TAG = 'tag=[pid]SIPpTag[call_number]';
const SAME = ['[last_Via:]', '[last_From:]', `[last_To:];${TAG}`, '[last_Call-ID:]'];
const CONTACT = 'Contact: <sip:[local_ip]:[local_port]>';
const NO_BODY = 'Content-Length: 0';
const CODECS = { 0: 'PCMU', 8: 'PCMA' } as const;
const EVENTS = 101;

/** What the SDP of a caller says. */
export interface SippAudio {
  /** Where he wants to hear; SIPp's own when not said. */
  readonly port?: number;
  /** RTP payload type of the only codec: 0 is G.711 mu-law, 8 is A-law. */
  readonly codec: keyof typeof CODECS;
  /** Offers RFC 4733 too. */
  readonly telephoneEvents: boolean;
}

/** Keys that are sent by SIP INFO. */
export interface SippInfo {
  /** After the answer or the keys before, ms. */
  readonly afterMs: number;
  readonly keys: string;
  readonly type: 'dtmf-relay' | 'dtmf';
}

const ORDINARY: SippAudio = { codec: 0, telephoneEvents: true };
const BODY = sdp(ORDINARY);
const SPOKEN_BODY = BODY.map((line) => line.replace('[media_port]', '[rtpstream_audio_port]'));

/** Labels behind the branches. */
const UNTIL_BYE = 30;
const CANCELLED = 31;
const OVER = 32;

/** SIPp as the far end of a trunk: a branch for each ending of `TRUNK`, chosen by the request line; another number answers. */
export function trunkScenario(): string {
  const endings: readonly string[] = Object.values(TRUNK);
  const numberOf = (ending: string) => endings.indexOf(ending) + 1;
  const ringing = reply('180 Ringing', [CONTACT, NO_BODY]);
  const answer = [
    reply('200 OK', [CONTACT, ...BODY], ' retrans="500"'),
    '<recv request="ACK"/>',
    goto(UNTIL_BYE),
  ];
  return xml('trunk', [
    '<recv request="INVITE"><action>',
    ...endings.map(
      (ending) => `<ereg regexp="${ending}@" search_in="msg" check_it="false" assign_to="${ending}"/>`,
    ),
    '<ereg regexp=".*" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>',
    '</action></recv>',
    ...endings.map((ending) => `<nop next="${numberOf(ending)}" test="${ending}"/>`),
    goto(numberOf(TRUNK.answers)),

    label(numberOf(TRUNK.answers)),
    ringing,
    ...unlessCancelled(300, 20),
    ...answer,

    ...SPEAKERS.flatMap((speaker) => [
      label(numberOf(TRUNK[speaker])),
      ringing,
      ...unlessCancelled(300, 40 + numberOf(TRUNK[speaker])),
      reply('200 OK', [CONTACT, ...SPOKEN_BODY], ' retrans="500"'),
      '<recv request="ACK"/>',
      `<nop><action><exec rtp_stream="${speaker}.ulaw,1,0"/></action></nop>`,
      goto(UNTIL_BYE),
    ]),

    label(numberOf(TRUNK.soundless)),
    ringing,
    ...unlessCancelled(300, 40),
    ...answer,

    label(numberOf(TRUNK.earlyMedia)),
    reply('183 Session Progress', [CONTACT, ...BODY]),
    ...unlessCancelled(500, 21),
    ...answer,

    label(numberOf(TRUNK.rings)),
    ringing,
    `<recv request="CANCEL" next="${CANCELLED}"/>`,

    ...REFUSALS.flatMap(({ ending, line }) => [
      label(numberOf(ending)),
      reply(line, [NO_BODY], ' retrans="500"'),
      '<recv request="ACK"/>',
      goto(OVER),
    ]),

    label(UNTIL_BYE),
    ...untilBye(),
    ...cancelled(),
  ]);
}

/** A phone tells where it is, with a password, and is done. */
export function registerScenario(user: string, password: string): string {
  const address = `<sip:${user}@[remote_ip]:[remote_port]>`;
  const register = (count: number, ...more: readonly string[]) =>
    send(
      [
        'REGISTER sip:[remote_ip]:[remote_port] SIP/2.0',
        'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
        `From: ${address};${TAG}`,
        `To: ${address}`,
        'Call-ID: [call_id]',
        `CSeq: ${count} REGISTER`,
        `Contact: <sip:${user}@[local_ip]:[local_port]>`,
        'Max-Forwards: 70',
        'Expires: 300',
        ...more,
        NO_BODY,
      ],
      ' retrans="500"',
    );
  return xml('register', [
    register(1),
    '<recv response="401" auth="true"/>',
    register(2, `[authentication username=${user} password=${password}]`),
    '<recv response="200"/>',
  ]);
}

/** A phone that answers by itself whoever asks for it in both ways that desk phones know, and rings for everybody else. */
export function phoneScenario(): string {
  const [ASKED_ONCE, ASKED_TWICE] = [50, 51];
  const asked = (header: string, parameters: string, name: string) =>
    `<ereg regexp="^ ?&lt;[a-z]+:[^&gt;]+&gt;${parameters}" search_in="hdr" header="${header}:" check_it="false" assign_to="${name}"/>`;
  return xml('phone', [
    '<recv request="INVITE"><action>',
    asked('Call-Info', ';answer-after=0', 'call'),
    asked('Alert-Info', ';info=alert-autoanswer;delay=0', 'alert'),
    '<ereg regexp=".*" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>',
    '</action></recv>',
    reply('180 Ringing', [CONTACT, NO_BODY]),
    `<nop next="${ASKED_ONCE}" test="call"/>`,
    `<recv request="CANCEL" next="${CANCELLED}"/>`,
    label(ASKED_ONCE),
    `<nop next="${ASKED_TWICE}" test="alert"/>`,
    `<recv request="CANCEL" next="${CANCELLED}"/>`,
    label(ASKED_TWICE),
    reply('200 OK', [CONTACT, ...BODY], ' retrans="500"'),
    '<recv request="ACK"/>',
    ...untilBye(),
    ...cancelled(),
  ]);
}

/** A caller who dials, presses the keys of `infos`, and stays until he is hung up. */
export function callerScenario(
  user: string,
  name: string,
  audio: SippAudio = ORDINARY,
  infos: readonly SippInfo[] = [],
): string {
  const dialog = [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    `From: "${name}" <sip:${user}@[local_ip]:[local_port]>;${TAG}`,
  ];
  const target = 'sip:[service]@[remote_ip]:[remote_port]';
  const rest = (method: string, count = 1) => [
    'Call-ID: [call_id]',
    `CSeq: ${count} ${method}`,
    'Max-Forwards: 70',
  ];
  const ack = send([`ACK ${target} SIP/2.0`, ...dialog, '[last_To:]', ...rest('ACK'), NO_BODY]);
  let cseq = 1;
  const refused = ['403', '404', '480', '486', '500', '503', '603'];
  return xml('caller', [
    send(
      [`INVITE ${target} SIP/2.0`, ...dialog, `To: <${target}>`, ...rest('INVITE'), CONTACT, ...sdp(audio)],
      ' retrans="500"',
    ),
    ...['100', '180', '183'].map((code) => `<recv response="${code}" optional="true"/>`),
    ...refused.map((code) => `<recv response="${code}" optional="true" next="${CANCELLED}"/>`),
    '<recv response="200"/>',
    ack,
    ...infos.flatMap(({ afterMs, keys, type }) => [
      `<pause milliseconds="${afterMs}"/>`,
      ...[...keys].flatMap((key) => {
        cseq += 1;
        const head = [`INFO ${target} SIP/2.0`, ...dialog, '[last_To:]', ...rest('INFO', cseq)];
        return [send([...head, ...keyBody(key, type)], ' retrans="500"'), '<recv response="200"/>'];
      }),
    ]),
    ...untilBye(),
    label(CANCELLED),
    ack,
    label(OVER),
  ]);
}

function sdp({ port, codec, telephoneEvents }: SippAudio): string[] {
  return [
    'Content-Type: application/sdp',
    'Content-Length: [len]',
    '',
    'v=0',
    'o=sipp 1 1 IN IP[local_ip_type] [local_ip]',
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    `m=audio ${port ?? '[media_port]'} RTP/AVP ${codec}${telephoneEvents ? ` ${EVENTS}` : ''}`,
    `a=rtpmap:${codec} ${CODECS[codec]}/8000`,
    ...(telephoneEvents ? [`a=rtpmap:${EVENTS} telephone-event/8000`] : []),
  ];
}

/** A key in the body of an INFO: both ways were never a standard, and both are in use. */
function keyBody(key: string, type: SippInfo['type']): string[] {
  const words = type === 'dtmf' ? [key] : [`Signal=${key}`, 'Duration=160'];
  return [`Content-Type: application/${type}`, 'Content-Length: [len]', '', ...words];
}

/** An answer to the request that came last. */
function reply(line: string, lines: readonly string[], attributes = ''): string {
  return send([`SIP/2.0 ${line}`, ...SAME, '[last_CSeq:]', ...lines], attributes);
}

function send(lines: readonly string[], attributes = ''): string {
  const end = lines.includes('') ? '' : '\n';
  return `<send${attributes}><![CDATA[\n${lines.join('\n')}\n${end}]]></send>`;
}

/** Stays until he is hung up. */
function untilBye(): string[] {
  const same = ['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]'];
  return ['<recv request="BYE"/>', send(['SIP/2.0 200 OK', ...same, NO_BODY]), goto(OVER)];
}

/** Whoever called gave up. */
function cancelled(): string[] {
  return [
    label(CANCELLED),
    reply('200 OK', [NO_BODY]),
    send(['SIP/2.0 487 Request Terminated', ...SAME, 'CSeq: [$cseq]', NO_BODY], ' retrans="500"'),
    '<recv request="ACK"/>',
    label(OVER),
  ];
}

/** Waits `ms`, or for a CANCEL. */
function unlessCancelled(ms: number, labelAfter: number): string[] {
  return [
    `<recv request="CANCEL" timeout="${ms}" ontimeout="${labelAfter}" next="${CANCELLED}"/>`,
    label(labelAfter),
  ];
}

function label(id: number): string {
  return `<label id="${id}"/>`;
}

/** A jump; SIPp takes one only from a command that does something. */
function goto(id: number): string {
  return `<nop next="${id}"/>`;
}

function xml(name: string, steps: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="${name}">\n${steps.join('\n')}\n</scenario>\n`;
}
