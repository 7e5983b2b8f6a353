import { describe, expect, test } from 'vitest';
import { redactor } from '../../src/base/redact.ts';

const SECRET = 'Whi1WRnSCuW96wdjtaRBE0olkV';
const redact = redactor([SECRET, 'short', '']);

describe('log fields', () => {
  test.each<[string, unknown, unknown]>([
    ['reason', `login with ${SECRET} failed`, 'login with [redacted] failed'],
    ['url', 'http://anna:open@10.0.0.5/x', 'http://[redacted]@10.0.0.5/x'],
    ['url', `redis://:${SECRET}@10.0.0.5`, 'redis://[redacted]@10.0.0.5'],
    ['url', 'http://10.0.0.5:80/a@b', 'http://10.0.0.5:80/a@b'],
    ['header', 'authorization: Bearer abc.def', 'authorization: Bearer [redacted]'],
    ['header', 'Basic Y2FyaWxsb246eA==', 'Basic [redacted]'],
    ['line', 'card 6200000000005678 refused', 'card 620****5678 refused'],
    ['ani', '138****5678', '138****5678'],
    ['message', 'a short word', 'a short word'],
    ['password', 'x', '[redacted]'],
    ['amiPassword', 'x', '[redacted]'],
    ['Authorization', ['x'], '[redacted]'],
    ['pin', 246802, '[redacted]'],
    ['digits', '123', '[redacted]'],
    ['token', 't-mwr', 't-mwr'],
    [
      'header',
      'Digest username="1001", realm="x", nonce="n1", response="deadbeefcafe0123"',
      'Digest [redacted]',
    ],
    ['header', 'nonce="abc", response="0123456789abcdef"', 'nonce=[redacted], response=[redacted]'],
    ['line', 'response=404', 'response=404'],
    [
      'url',
      'http://x/?api_key=abc&token=tok_a&page=2',
      'http://x/?api_key=[redacted]&token=[redacted]&page=2',
    ],
    ['line', 'Set-Cookie: sid=abc; Path=/', 'Set-Cookie: [redacted]'],
    ['set-cookie', 'sid=abc', '[redacted]'],
    ['cardNumber', '1', '[redacted]'],
    ['card_number', '1', '[redacted]'],
    ['pinDigits', '1', '[redacted]'],
    ['pins', ['1'], '[redacted]'],
    ['passwd', 'x', '[redacted]'],
    ['apiToken', 'x', '[redacted]'],
    ['pinned', 'yes', 'yes'],
    ['line', '6222 0212 3456 7890 123 refused', '622****0123 refused'],
    ['line', '4111-1111-1111-1111', '411****1111'],
    ['line', 'card-4111111111111111', 'card-411****1111'],
    ['number', 6_222_021_234_567_890, '622****7890'],
    ['line', 'INVITE sip:+8613800138000@x', 'INVITE sip:+861****8000@x'],
    ['line', '13800138000 hung up', '138****8000 hung up'],
    ['line', '138 0013 8000', '138****8000'],
    ['call', 'call-0019abc12345678901-0012345678901', 'call-0019abc12345678901-0012345678901'],
    [
      'line',
      'leg-00123456789012 of PJSIP/trunk-00000000123a',
      'leg-00123456789012 of PJSIP/trunk-00000000123a',
    ],
    ['id', '12345678-1234-1234-1234-1234567890ab', '12345678-1234-1234-1234-1234567890ab'],
    [
      'line',
      'ports 20000-20999 and 5060 at 2026-07-20 10:00:00',
      'ports 20000-20999 and 5060 at 2026-07-20 10:00:00',
    ],
    ['at', 1_700_000_000_000, 1_700_000_000_000],
    ['nothing', null, null],
    ['list', [SECRET, { secret: 1, fine: 2 }], ['[redacted]', { secret: '[redacted]', fine: 2 }]],
  ])('%s: %j is written as %j', (name, value, written) => {
    expect(redact({ [name]: value })).toEqual({ [name]: written });
  });

  test('tell of an error what it says, and not the secret in it', () => {
    const { error } = redact({ error: new TypeError(`no ${SECRET}`) });
    expect(error).toMatchObject({ name: 'TypeError', message: 'no [redacted]' });
    expect(JSON.stringify(error)).toContain('redact.test.ts');
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test('tell the cause of an error', () => {
    const { error } = redact({ error: new Error('outer', { cause: new Error(`inner ${SECRET}`) }) });
    expect(error).toMatchObject({ message: 'outer', cause: { message: 'inner [redacted]' } });
  });

  test('that go round in a circle, or deep, come to an end', () => {
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    expect(JSON.stringify(redact(circle))).toContain('…');
  });
});
