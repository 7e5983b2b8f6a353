import { messageOf, Refused } from '../base/errors.ts';
import { readSecrets } from '../setup/secrets.ts';
import { hostPort, reachableHost, type Settings } from '../setup/settings.ts';

/** What the daemon may take to answer, ms: reading flows may make prompts. */
const ANSWER_MS = 120_000;

/** Where the API is, for somebody on this machine. */
export function addressOfApi(settings: Settings): string {
  return `http://${hostPort(reachableHost(settings), settings.httpPort)}`;
}

/** What `/health` says. */
export interface DaemonHealth {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly pbx: string;
  readonly liveCalls: number;
}

/** That a centre is not ready, for people. */
export function notReadyText(problems: readonly string[]): string {
  const why = problems.length === 0 ? '' : ` (${problems.join('; ')})`;
  return `The centre is not ready${why}: while it starts, try again in a moment; npx carillon status says how it is.`;
}

/** What the daemon says of itself; undefined when it does not answer within `patienceMs`. */
export async function askDaemon(settings: Settings, patienceMs: number): Promise<DaemonHealth | undefined> {
  try {
    const response = await fetch(`${addressOfApi(settings)}/health`, {
      signal: AbortSignal.timeout(patienceMs),
    });
    const { problems, pbx, liveCalls } = (await response.json()) as Readonly<Record<string, unknown>>;
    return {
      ready: response.status === 200,
      problems: Array.isArray(problems) ? problems.map(String) : [],
      pbx: String(pbx ?? ''),
      liveCalls: Number(liveCalls ?? 0),
    };
  } catch {
    return undefined;
  }
}

/** What the daemon answers to a question of the admin; undefined when it does not answer or refuses. */
export async function askAsAdmin(settings: Settings, path: string, patienceMs: number): Promise<unknown> {
  try {
    const response = await fetch(`${addressOfApi(settings)}${path}`, {
      headers: { authorization: `Bearer ${readSecrets(settings.data).adminToken}` },
      signal: AbortSignal.timeout(patienceMs),
    });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

/** Posts to the daemon as the admin. @throws Refused with the daemon's own sentence, or `daemon-silent` */
export function postToDaemon(settings: Settings, path: string, body: unknown): Promise<unknown> {
  return tellDaemon(settings, 'POST', path, body);
}

/** Any request of the admin to the daemon. @throws Refused with the daemon's own sentence, or `daemon-silent` */
export async function tellDaemon(
  settings: Settings,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { adminToken } = readSecrets(settings.data);
  const response = await fetch(`${addressOfApi(settings)}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
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
