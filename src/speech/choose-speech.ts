import { espeak } from './espeak.ts';
import { program } from './program.ts';
import { service } from './service.ts';
import type { Speech, Tool } from './speech.ts';

/**
 * The speech that a setting names: '' is espeak-ng, an http(s) address a service, anything else a command line.
 * @throws Refused `bad-setting`
 */
export function chooseSpeech(setting: string, tools: { readonly espeak: Tool; readonly sox: Tool }): Speech {
  const wanted = setting.trim();
  if (wanted === '') return espeak(tools);
  return /^https?:/i.test(wanted) ? service(wanted, tools.sox) : program(wanted, tools.sox);
}
