/** A SIP message as a bench needs it: headers in their order, no folding, no compact forms. */
export interface SipMessage {
  /** The request line or the status line. */
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Reads a datagram; undefined when it is no SIP message, such as a keep-alive. */
export function parseSip(text: string): SipMessage | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  if (!/^(SIP\/2\.0 \d{3}|[A-Z]+ \S+ SIP\/2\.0$)/.test(start)) return undefined;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { start, headers, body: text.slice(end + 4) };
}

/** The datagram of a message, its Content-Length put in. */
export function formatSip({ start, headers, body }: SipMessage): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [start, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

/** The first value of a header, '' when there is none. */
export function headerOf(message: SipMessage, name: string): string {
  return valuesOf(message, name)[0] ?? '';
}

/** Every value of a header. */
export function valuesOf(message: SipMessage, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers.filter(([own]) => own.toLowerCase() === wanted).map(([, value]) => value);
}

/** The status of a response, 0 of a request. */
export function statusOf(message: SipMessage): number {
  return message.start.startsWith('SIP/') ? Number(message.start.slice(8, 11)) : 0;
}

/** The method of a request, or that of the request which a response answers. */
export function methodOf(message: SipMessage): string {
  return statusOf(message) > 0
    ? (headerOf(message, 'CSeq').split(' ')[1] ?? '')
    : (message.start.split(' ')[0] ?? '');
}

/** The response to a request: what says whom it is for is copied. `tag` is put to To where it has none. */
export function responseTo(
  request: SipMessage,
  line: string,
  tag: string,
  more: SipMessage['headers'] = [],
  body = '',
): SipMessage {
  const to = headerOf(request, 'To');
  return {
    start: `SIP/2.0 ${line}`,
    headers: [
      ...valuesOf(request, 'Via').map((via): [string, string] => ['Via', via]),
      ['From', headerOf(request, 'From')],
      ['To', to.includes(';tag=') ? to : `${to};tag=${tag}`],
      ['Call-ID', headerOf(request, 'Call-ID')],
      ['CSeq', headerOf(request, 'CSeq')],
      ...more,
    ],
    body,
  };
}

/** An offer or answer of G.711 mu-law with RFC 4733 keys, heard on `port` of this machine. */
export function sdpFor(port: number): string {
  const lines = [
    'v=0',
    'o=bench 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=ptime:20',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Where the other side wants to hear; undefined when its SDP does not say. */
export function audioPortIn(body: string): number | undefined {
  const port = Number(/^m=audio (\d+)/m.exec(body)?.[1]);
  return port > 0 ? port : undefined;
}
