import { fillTemplate } from '../template.ts';

/** Means something to FreeSWITCH's preprocessor wherever it stands: a line with it in a value would be dropped. */
const PREPROCESS = /x-pre-process/gi;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', "'": '&#39;' };

/**
 * `fillTemplate` for a file of XML. What opens tags, closes quotes or asks FreeSWITCH to expand something is refused, with `$` of all
 * kinds; what else XML would read as more than text is escaped. Throws `Refused('bad-value')`.
 */
export function fillXml(template: string, values: Readonly<Record<string, string | number>>): string {
  return fillTemplate(template, values, (text) =>
    text
      .replace(/[&']/g, (letter) => ENTITIES[letter] ?? letter)
      .replace(PREPROCESS, (word) => `&#${word.charCodeAt(0)};${word.slice(1)}`),
  );
}
