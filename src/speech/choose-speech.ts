import { espeak } from './espeak.ts';
import { program } from './program.ts';
import { service } from './service.ts';
import type { Speech, Tool } from './speech.ts';

/** What a program needs of an environment to be found, to find its files and to read UTF-8. All else of ours is none of its business. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL'];

/**
 * The speech that a setting names: '' is espeak-ng, an http(s) address a service, anything else a command line.
 * @param environment ours: a speech program gets only PATH, HOME, LANG and LC_ALL of it
 * @throws Refused `bad-setting`
 */
export function chooseSpeech(
  setting: string,
  tools: { readonly espeak: Tool; readonly sox: Tool },
  environment: Readonly<Record<string, string | undefined>> = {},
): Speech {
  const wanted = setting.trim();
  if (wanted === '') return espeak(tools);
  if (/^https?:/i.test(wanted)) return service(wanted, tools.sox);
  const env = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value]];
  });
  return program(wanted, tools.sox, Object.fromEntries(env));
}
