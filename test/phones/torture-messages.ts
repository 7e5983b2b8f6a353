/**
 * The cases of RFC 4475, "SIP Torture Test Messages", by the names that they have there: the same defects and oddities, but
 * addressed to the PBX under test and to a number that it takes, and with a Via that brings the answer back.
 */

export interface TortureMessage {
  /** Name in RFC 4475. */
  readonly name: string;
  readonly bytes: Buffer;
}

interface Ends {
  /** The PBX, `host:port`. */
  readonly server: string;
  /** Ours, `host:port`. */
  readonly own: string;
}

const SDP = [
  'v=0',
  'o=mhandley 29739 7272939 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 9 RTP/AVP 0',
  '',
].join('\r\n');

/** Header lines of an ordinary request; `null` leaves one out, another value replaces it. */
type Change = Readonly<Record<string, string | null>>;

/** All 49 of them. */
export function tortureMessages({ server, own }: Ends): TortureMessage[] {
  const uri = `sip:95533@${server}`;
  const request = (method: string, change: Change = {}, extra: readonly string[] = [], body = '') => {
    const lines: Record<string, string | null> = {
      start: `${method} ${uri} SIP/2.0`,
      Via: `Via: SIP/2.0/UDP ${own};branch=z9hG4bK.${next()}`,
      'Max-Forwards': 'Max-Forwards: 70',
      From: 'From: "J Rosenberg" <sip:jdrosen@example.com>;tag=98asjd8',
      To: `To: <${uri}>`,
      'Call-ID': `Call-ID: torture-${count}@example.com`,
      CSeq: `CSeq: ${count} ${method}`,
      Contact: `Contact: <sip:jdrosen@${own}>`,
      ...(body ? { 'Content-Type': 'Content-Type: application/sdp' } : {}),
      'Content-Length': `Content-Length: ${Buffer.byteLength(body)}`,
      ...change,
    };
    const present = Object.values(lines).filter((line) => line !== null);
    return `${[...present, ...extra].join('\r\n')}\r\n\r\n${body}`;
  };
  const invite = (change: Change = {}, extra: readonly string[] = []) =>
    request('INVITE', change, extra, SDP);
  const register = (change: Change = {}, extra: readonly string[] = []) =>
    request('REGISTER', { start: `REGISTER sip:${server} SIP/2.0`, ...change }, extra);
  const response = (line: string) =>
    request('INVITE', { start: line, 'Max-Forwards': null, To: 'To: <sip:user@example.com>;tag=7777' });

  return Object.entries({
    // Valid, 3.1.1
    wsinv: invite({
      start: `INVITE sip:95533@${server};unknownparam SIP/2.0`,
      Via: `v:  SIP  / 2.0  / UDP\r\n    ${own} ;branch = z9hG4bK.${next()}`,
      'Max-Forwards': 'MaX-fOrWaRdS: 0068',
      From: 'f  : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8',
      To: `TO :\r\n ${uri} ;   tag    = 1918181833n`,
      CSeq: 'cseq: 0009\r\n  INVITE',
      Subject: 's :',
      Unknown: 'NewFangledHeader:   newfangled value\r\n continued newfangled value',
      Contact: `m:"Quoted string \\"\\"" <sip:jdrosen@${own}> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33`,
    }),
    intmeth: request("!interesting-Method0123456789_*+`.%indeed'~", {
      From: "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\";tag=_token~1'+`*%!-.",
      To: `To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <${uri}>`,
    }),
    esc01: invite({
      start: `INVITE sip:9%3553%33@${server} SIP/2.0`,
      From: 'From: "%Z%45" <sip:I%20have%20spaces@example.net>;tag=938',
    }),
    escnull: register({ Contact: `Contact: <sip:%00@${own}>`, X: `Contact: <sip:%00%00@${own}>` }),
    esc02: request('RE%47IST%45R', { start: `RE%47IST%45R sip:registrar.example.com SIP/2.0` }),
    lwsdisp: request('OPTIONS', { From: 'From: caller<sip:caller@example.com>;tag=323' }),
    longreq: invite(
      {
        From: `From: sip:${'amazinglylongcallername'.repeat(5)}@example.net;tag=12${'982424'.repeat(50)}424;unknown${'header'.repeat(20)}param`,
        'Call-ID': `Call-ID: longreq.one${'really'.repeat(20)}longcallid`,
        To: `To: "I have a user name of ${'extreme'.repeat(10)} proportion" <${uri};unknownparam1=very${'long'.repeat(20)}value>`,
      },
      [
        `Unknown-${'Long'.repeat(20)}-Name: unknown-${'long'.repeat(20)}-value; unknown-${'long'.repeat(20)}-parameter`,
        ...Array.from(
          { length: 33 },
          (_, hop) => `Via: SIP/2.0/TCP sip${hop}.example.com;branch=z9hG4bK${hop}`,
        ),
      ],
    ),
    dblreq: `${register()}${invite()}`,
    semiuri: request('OPTIONS', { start: `OPTIONS sip:user;par=u%40example.net@${server} SIP/2.0` }),
    transports: request(
      'OPTIONS',
      {},
      ['TLS', 'SCTP', 'TCP', 'UNKNOWN'].map(
        (kind) => `Via: SIP/2.0/${kind} t.example.com;branch=z9hG4bK${kind}`,
      ),
    ),
    mpart01: request(
      'MESSAGE',
      { 'Content-Type': 'Content-Type: multipart/mixed;boundary=7a9cbec02ceef655' },
      [],
      '--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n\r\n\x30\x82\x00\xff\r\n--7a9cbec02ceef655--',
    ),
    unreason: response('SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe'),
    noreason: response('SIP/2.0 100 '),
    // Invalid, 3.1.2
    badinv01: invite({
      To: `To: <${uri}>;;,;,,`,
      From: 'From: <sip:j.user@example.com>;;tag=1;;',
      Contact: `Contact: ""Joe" <sip:joe@${own}>;;;;`,
    }),
    clerr: invite({ 'Content-Length': 'Content-Length: 9999' }),
    ncl: invite({ 'Content-Length': 'Content-Length: -999' }),
    scalar02: register({ CSeq: 'CSeq: 36893488147419103232 REGISTER', 'Max-Forwards': 'Max-Forwards: 300' }, [
      'Expires: 1000000000000000000000000000000000',
      'Retry-After: 949302838503028349304023988',
      'Warning: 1812 overture "In Progress"',
    ]),
    scalarlg: response('SIP/2.0 503 Service Unavailable').replace(
      /CSeq: \d+/,
      'CSeq: 9292394834772304023312',
    ),
    quotbal: invite({ To: `To: "Mr. J. User <${uri}>` }),
    ltgtruri: invite({ start: `INVITE <${uri}> SIP/2.0` }),
    lwsruri: invite({ start: `INVITE sip:95533@${server}; lr SIP/2.0` }),
    lwsstart: invite({ start: `INVITE  ${uri}  SIP/2.0` }),
    trws: invite({ start: `INVITE ${uri} SIP/2.0  ` }),
    escruri: invite({ start: `INVITE ${uri}?Route=%3Csip:example.com%3E SIP/2.0` }),
    baddate: invite({}, ['Date: Fri, 01 Jan 2010 16:00:00 EST']),
    regbadct: register({ Contact: `Contact: sip:user@${own}?Route=%3Csip:sip.example.com%3E` }),
    badaspec: request('OPTIONS', { To: `To: "Watson, Thomas" < ${uri} >` }),
    baddn: request('OPTIONS', { From: 'From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43' }),
    badvers: request('OPTIONS', {
      start: `OPTIONS ${uri} SIP/7.0`,
      Via: `Via: SIP/7.0/UDP ${own};branch=z9hG4bK.${next()}`,
    }),
    mismatch01: request('OPTIONS', { CSeq: 'CSeq: 8 INVITE' }),
    mismatch02: request('NEWMETHOD', { CSeq: 'CSeq: 8 INVITE' }),
    bigcode: response('SIP/2.0 4294967301 better not break the receiver'),
    // Transaction layer, 3.2
    badbranch: request('OPTIONS', { Via: `Via: SIP/2.0/UDP ${own};branch=z9hG4bK` }),
    // Application layer, 3.3
    insuf: invite({ From: null, 'Call-ID': null, To: null }),
    unkscm: request('OPTIONS', { start: 'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0' }),
    novelsc: request('OPTIONS', { start: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0' }),
    unksm2: register({
      To: 'To: isbn:2983792873',
      From: 'From: <http://www.example.com>;tag=3234233',
      Contact: 'Contact: <name:John_Smith>',
    }),
    bext01: request('OPTIONS', {}, [
      'Require: nothingSupportsThis, nothingSupportsThisEither',
      'Proxy-Require: noProxiesSupportThis',
    ]),
    invut: invite({ 'Content-Type': 'Content-Type: application/unknownformat' }),
    regaut01: register({}, ['Authorization: NoOneKnowsThisScheme opaque-data=here']),
    multi01: invite({}, [
      `From: <sip:other@example.com>;tag=2`,
      `To: <sip:other@${server}>`,
      'Call-ID: second',
      'CSeq: 59 INVITE',
      'Max-Forwards: 5',
    ]),
    mcl01: request('OPTIONS', {}, ['Content-Length: 13', 'Content-Length: 5']),
    bcast: response('SIP/2.0 200 OK').replace(
      /Via:/,
      'Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\nVia:',
    ),
    zeromf: request('OPTIONS', { 'Max-Forwards': 'Max-Forwards: 0' }),
    cparam01: register({ Contact: `Contact: sip:+19725552222@${own};unknownparam` }),
    cparam02: register({ Contact: `Contact: <sip:+19725552222@${own};unknownparam>` }),
    regescrt: register({ Contact: `Contact: <sip:user@${own}?Route=%3Csip:sip.example.com%3E>` }),
    sdp01: invite({}, ['Accept: text/nobodyKnowsThis']),
    inv2543: invite({
      Via: `Via: SIP/2.0/UDP ${own}`,
      'Max-Forwards': null,
      From: 'From: jdrosen@example.com',
      Contact: null,
    }),
  }).map(([name, text]) => ({ name, bytes: Buffer.from(text, 'latin1') }));
}

let count = 100;

function next(): number {
  count += 1;
  return count;
}
