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

  test('that go round in a circle, or deep, come to an end', () => {
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    expect(JSON.stringify(redact(circle))).toContain('…');
  });
});
