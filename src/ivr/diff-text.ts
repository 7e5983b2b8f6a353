import { type Said, said, takenApart, textOf } from '../base/said.ts';
import type { FlowChange, Setting, Way, Words } from './diff-change.ts';

/** One change as a sentence for an admin. In words that changed, what is different stands in square brackets. */
export function changeText(change: FlowChange): string {
  return textOf(changeSaid(change));
}

/** The same, taken apart. */
export function changeSaid(change: FlowChange): Said {
  switch (change.kind) {
    case 'number':
      return change.leadsHere
        ? said`${change.number} leads here now`
        : said`${change.number} does not lead here any more`;
    case 'step-added': {
      const place = placeOf(change, true);
      return change.says === undefined
        ? said`${place} is new`
        : said`${place} is new and says "${shortened(change.says)}"`;
    }
    case 'step-removed': {
      const place = placeOf(change, true);
      return change.says === undefined
        ? said`${place} is gone`
        : said`${place} is gone; it said "${shortened(change.says)}"`;
    }
    case 'step-renamed':
      return said`${placeOf({ ...change, step: change.before }, true)} is now called "${change.step}"`;
    case 'verb':
      return said`The step "${change.step}" is now "${change.verb}" instead of "${change.before}"`;
    case 'order':
      return said`In ${placeOf(change)}, the order of the ways out is another one`;
    case 'way':
      return wayText(change);
    case 'words':
      return wordsText(change);
    case 'setting':
      return settingText(change);
  }
}

function placeOf({ step, verb }: { readonly step: string; readonly verb?: string }, begins = false): Said {
  if (verb === 'menu') return begins ? said`The menu "${step}"` : said`the menu "${step}"`;
  return begins ? said`The step "${step}"` : said`the step "${step}"`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

function wayText({ by, exits, before, after, ...of }: Way): Said {
  if (by === 'next' && before !== undefined && after !== undefined)
    return said`After ${placeOf(of)}, the call goes on at "${after}" instead of "${before}"`;
  const names = listOf(exits.map((exit) => (by === 'exit' || by === 'next' ? `"${exit}"` : exit)));
  const place = placeOf(of);
  if (exits.length > 1) {
    const what = by === 'key' ? said`keys ${names}` : names;
    if (before === undefined) return said`In ${place}, ${what} are new and lead to "${after ?? ''}"`;
    if (after === undefined) return said`In ${place}, ${what} are gone; they led to "${before}"`;
    return said`In ${place}, ${what} lead to "${after}" instead of "${before}"`;
  }
  const what = by === 'key' ? said`key ${names}` : names;
  if (before === undefined) return said`In ${place}, ${what} is new and leads to "${after ?? ''}"`;
  if (after === undefined) return said`In ${place}, ${what} is gone; it led to "${before}"`;
  return said`In ${place}, ${what} leads to "${after}" instead of "${before}"`;
}

function wordsText(change: Words): Said {
  const { prompt, role, language, steps, before, after } = change;
  if (language === undefined) return namingText(change);
  const names = listOf(steps.map((one) => `"${one}"`));
  const everywhere = steps.length > 1 ? said`, in the steps ${names}` : said`, in the step ${names}`;
  const end = prompt === undefined ? '' : everywhere;
  const place = prompt === undefined ? said`In ${placeOf(change)}` : said`In the prompt "${prompt}"`;
  const when = role === '' || prompt !== undefined ? '' : said` for "${role}"`;
  if (before === undefined)
    return said`${place}, callers now hear${when} in ${language}: "${after ?? ''}"${end}`;
  if (after === undefined)
    return said`${place}, callers do not hear${when} in ${language} any more: "${before}"${end}`;
  const marked = markChange(before, after);
  return said`${place}, callers hear${when} in ${language}: "${marked.after}" instead of "${marked.before}"${end}`;
}

/** The same words under another name. */
function namingText({ before, after, ...of }: Words): Said {
  const name = (one: string | undefined): Said =>
    one === undefined ? said`words without a name` : said`the prompt "${one}"`;
  return after === undefined
    ? said`In ${placeOf(of)}, ${name(after)} are said instead of ${name(before)}, with the same words`
    : said`In ${placeOf(of)}, ${name(after)} is said instead of ${name(before)}, with the same words`;
}

function settingText({ step, verb, what, before, after }: Setting): Said {
  if (step === undefined) {
    const setting = takenApart(capital(what));
    if (before === undefined) return said`${setting} is now ${after ?? ''}`;
    if (after === undefined) return said`${setting} is gone; it was ${before}`;
    return said`${setting} is ${after} instead of ${before}`;
  }
  const setting = takenApart(what);
  const place = placeOf({ step, verb: verb ?? '' });
  if (before === undefined) return said`In ${place}, ${setting} is now ${after ?? ''}`;
  if (after === undefined) return said`In ${place}, ${setting} is gone; it was ${before}`;
  return said`In ${place}, ${setting} is ${after} instead of ${before}`;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** How much is shown of words that stay, and of those of a new step: words or Chinese characters, with what is between them. */
const CONTEXT = 16;
const BEGINNING = 40;

function shortened(text: string): string {
  const words = wordsIn(text);
  return words.length > BEGINNING ? `${words.slice(0, BEGINNING).join('')}…` : text;
}

/** Sets off what is different in two texts by square brackets, and shortens what is the same around it. */
export function markChange(
  before: string,
  after: string,
): { readonly before: string; readonly after: string } {
  const [old, now] = [wordsIn(before), wordsIn(after)];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  // Texts that share little are easier to read whole.
  if ((head + tail) * 3 < most || head + tail === 0) return { before, after };
  const show = (all: readonly string[]): string => {
    const changed = all.slice(head, all.length - tail).join('');
    const left =
      head > CONTEXT ? `…${all.slice(head - CONTEXT, head).join('')}` : all.slice(0, head).join('');
    const rest = all.slice(all.length - tail);
    const right = tail > CONTEXT ? `${rest.slice(0, CONTEXT).join('')}…` : rest.join('');
    return `${left}${changed === '' ? '' : `[${changed}]`}${right}`;
  };
  return { before: show(old), after: show(now) };
}

/** Latin words whole, all else letter by letter. */
function wordsIn(text: string): string[] {
  return text.match(/[\p{Script=Latin}\p{N}'’]+|./gsu) ?? [];
}
