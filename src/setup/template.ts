import { isIP } from 'node:net';
import { Refused } from '../base/errors.ts';

/** What may not stand in a value: it would end the line, start a comment, close a quote or open a section. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029;"\\[\]{}$<>|]/;

/**
 * Fills the `{{name}}` places of a configuration file. Throws `Refused('bad-value')` when a value could be read as
 * more than a value, or when a name is unknown.
 * @param encode how the file's grammar writes a value
 */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string | number>>,
  encode: (text: string) => string = (text) => text,
): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined)
      throw new Refused('bad-value', `The template asks for {{${name}}}, which nobody gives.`);
    const text = String(value);
    if (!isSafeValue(text))
      throw new Refused(
        'bad-value',
        `${JSON.stringify(text)} cannot be written into the PBX configuration as ${name}: it may hold no control characters and none of ; " \\ [ ] { } $ < > |.`,
        { name },
      );
    return encode(text);
  });
}

/** Whether a PBX configuration file takes `text` as one plain value. */
function isSafeValue(text: string): boolean {
  return text.isWellFormed() && (!DANGEROUS.test(text) || isBracketedAddress(text));
}

/** `[::1]:5060`, the one use of brackets. */
function isBracketedAddress(text: string): boolean {
  const parts = /^\[([^\]]+)\]:\d{1,5}$/.exec(text);
  return parts?.[1] !== undefined && isIP(parts[1]) === 6;
}
