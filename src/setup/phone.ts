import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWebPhone } from '../agent/web-phone.ts';
import { Refused } from '../base/errors.ts';
import { cleanText } from '../base/text.ts';
import { writeChanged } from './written-files.ts';

/** A phone that may register. */
export interface Phone {
  readonly extension: string;
  readonly password: string;
  readonly name: string;
}

const LIST = 'phones.json';

/**
 * The phones as a configuration may hold them, and those on desks noted in the data folder for `carillon phones`.
 * Throws `Refused('bad-value')` for an extension or password that no configuration file can hold.
 */
export function usablePhones(
  data: string,
  phones: readonly Phone[],
): { readonly onDesks: readonly Phone[]; readonly inPages: readonly Phone[] } {
  const usable = phones.map(checked);
  const inPages = usable.filter(({ extension }) => isWebPhone(extension));
  const onDesks = usable.filter(({ extension }) => !isWebPhone(extension));
  writeChanged(data, LIST, `${JSON.stringify(onDesks, null, 2)}\n`);
  return { onDesks, inPages };
}

/** The phones on desks that were last written into the configuration. Empty before the first start. */
export function renderedPhones(data: string): Phone[] {
  const file = join(data, LIST);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Phone[]) : [];
}

function checked(phone: Phone): Phone {
  const shape = isWebPhone(phone.extension) ? /^[\w-]{1,32}$/ : /^\d{1,15}$/;
  if (!shape.test(phone.extension))
    throw new Refused(
      'bad-value',
      `${JSON.stringify(phone.extension)} is no extension; it must be 1 to 15 digits.`,
    );
  if (phone.password.length < 8)
    throw new Refused('bad-value', `The password of phone ${phone.extension} is shorter than 8 characters.`);
  // A name is only shown, so it is cleaned rather than refused.
  return { ...phone, name: cleanText(phone.name).replace(/[;"\\[\]{}$<>|]/g, ' ') };
}
