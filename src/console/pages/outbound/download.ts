import { RefusedByApi } from '../../api.ts';

/**
 * The beginning of a file that may be long; the rest is left where it is.
 * @throws RefusedByApi
 */
export async function beginningOf(path: string, bytes: number): Promise<string> {
  const response = await fetch(path, { credentials: 'same-origin' }).catch((thrown: unknown) => {
    throw new RefusedByApi('unreachable', 0, String(thrown));
  });
  if (!response.ok || !response.body)
    throw new RefusedByApi('unreadable', response.status, response.statusText);
  const reader = response.body.getReader();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  let read = 0;
  while (read < bytes) {
    const { done, value } = await reader.read();
    if (done) break;
    read += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
