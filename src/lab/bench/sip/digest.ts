import { createHash } from 'node:crypto';

/** The value of `Authorization` for a challenge of `WWW-Authenticate`: RFC 2617, MD5, with or without `qop`. */
export function answerChallenge(
  challenge: string,
  request: { readonly method: string; readonly uri: string },
  account: { readonly user: string; readonly password: string },
): string {
  const field = (name: string): string =>
    new RegExp(`\\b${name}="?([^",]*)"?`, 'i').exec(challenge)?.[1] ?? '';
  const realm = field('realm');
  const nonce = field('nonce');
  const secret = md5(`${account.user}:${realm}:${account.password}`);
  const asked = md5(`${request.method}:${request.uri}`);
  const [count, own] = ['00000001', md5(nonce).slice(0, 16)];
  const withQop = /\bqop=/i.test(challenge);
  const response = md5(
    withQop ? `${secret}:${nonce}:${count}:${own}:auth:${asked}` : `${secret}:${nonce}:${asked}`,
  );
  const opaque = field('opaque');
  return [
    `Digest username="${account.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
    'algorithm=MD5',
    ...(withQop ? [`qop=auth`, `nc=${count}`, `cnonce="${own}"`] : []),
    ...(opaque ? [`opaque="${opaque}"`] : []),
  ].join(', ');
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
