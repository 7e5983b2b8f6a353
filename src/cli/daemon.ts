import { messageOf, Refused } from '../base/errors.ts';
import { readSecrets } from '../setup/secrets.ts';
import { hostPort, reachableHost, type Settings } from '../setup/settings.ts';

/** What the daemon may take to answer, ms: reading flows may make prompts. */
const ANSWER_MS = 120_000;

/** Where the API is, for somebody on this machine. */
export function addressOfApi(settings: Settings): string {
  return `http://${hostPort(reachableHost(settings), settings.httpPort)}`;
}

/** Posts to the daemon as the admin. @throws Refused with the daemon's own sentence, or `daemon-silent` */
export async function postToDaemon(settings: Settings, path: string, body: unknown): Promise<unknown> {
  const { adminToken } = readSecrets(settings.data);
  const response = await fetch(`${addressOfApi(settings)}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((thrown: unknown) => {
    throw new Refused(
      'daemon-silent',
      `The daemon does not answer on ${addressOfApi(settings)}: ${messageOf(thrown)}`,
    );
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { error, message } = (answer ?? {}) as { error?: { message?: unknown }; message?: unknown };
  throw new Refused(
    'daemon-refused',
    String(error?.message ?? message ?? `The daemon answered ${response.status}.`),
  );
}
