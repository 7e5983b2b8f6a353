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
} as const;

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
    '<recv request="BYE"/>',
    send([
      'SIP/2.0 200 OK',
      '[last_Via:]',
      '[last_From:]',
      '[last_To:]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      NO_BODY,
    ]),
    goto(OVER),

    label(CANCELLED),
    reply('200 OK', [NO_BODY]),
    send(['SIP/2.0 487 Request Terminated', ...SAME, 'CSeq: [$cseq]', NO_BODY], ' retrans="500"'),
    '<recv request="ACK"/>',
    label(OVER),
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
    '<recv request="BYE"/>',
    send([
      'SIP/2.0 200 OK',
      '[last_Via:]',
      '[last_From:]',
      '[last_To:]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      NO_BODY,
    ]),
    goto(OVER),
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
