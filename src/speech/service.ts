import { writeFile } from 'node:fs/promises';
import { Refused } from '../base/errors.ts';
import { speechBy } from './rendering.ts';
import type { Speech, Tool } from './speech.ts';

/** No prompt is longer: half an hour of WAV for the telephone. */
const LARGEST_ANSWER_BYTES = 20_000_000;

/**
 * Speech by a service: it gets a POST of JSON `{text, language, voice, speed?, pitch?}` and answers with WAV, or with any other format that
 * sox tells by its first bytes. `voice` is '' for the ordinary one. A user and password in the address go as Basic
 * authorization. Redirects are not followed.
 * @throws Refused `bad-setting`
 */
export function service(address: string, sox: Tool): Speech {
  if (!URL.canParse(address))
    throw new Refused(
      'bad-setting',
      `The speech service "${address}" is not an address such as http://127.0.0.1:5002/speak`,
    );
  const url = new URL(address);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'audio/wav, audio/*',
  };
  if (url.username !== '') {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(user).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  return speechBy(`service ${url.href}`, sox, async (utterance, style, file, timeoutMs) => {
    const { text, language } = utterance;
    const answer = await asked(url, timeoutMs, {
      method: 'POST',
      headers,
      body: JSON.stringify({ text, language, voice: '', ...style }),
      redirect: 'manual',
    });
    await writeFile(file, answer);
  });
}

/** The body of the answer. @throws Error with a reason that holds no secret of the address */
async function asked(url: URL, timeoutMs: number, request: RequestInit): Promise<Buffer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...request, signal });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw new Error(`it answered ${response.status}`);
    }
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of response.body) {
      bytes += piece.byteLength;
      if (bytes > LARGEST_ANSWER_BYTES)
        throw new Error(`it answered more than ${LARGEST_ANSWER_BYTES} bytes`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (thrown) {
    throw new Error(
      `the speech service at ${url.host}: ${signal.aborted ? `no answer within ${timeoutMs} ms` : causeOf(thrown)}`,
    );
  }
}

/** `fetch` says only that it failed; why stands in its cause. */
function causeOf(thrown: unknown): string {
  const { message, cause } = thrown as Error & { cause?: unknown };
  return cause instanceof Error ? cause.message || message : message;
}
