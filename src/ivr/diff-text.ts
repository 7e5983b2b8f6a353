import type { FlowChange, Setting, Way, Words } from './diff-change.ts';

/** One change as a sentence for an admin. In words that changed, what is different stands in square brackets. */
export function changeText(change: FlowChange): string {
  switch (change.kind) {
    case 'number':
      return `${change.number} ${change.leadsHere ? 'leads here now' : 'does not lead here any more'}`;
    case 'step-added':
      return `${capital(placeOf(change))} is new${change.says === undefined ? '' : ` and says "${shortened(change.says)}"`}`;
    case 'step-removed':
      return `${capital(placeOf(change))} is gone${change.says === undefined ? '' : `; it said "${shortened(change.says)}"`}`;
    case 'step-renamed':
      return `${capital(placeOf({ ...change, step: change.before }))} is now called "${change.step}"`;
    case 'verb':
      return `The step "${change.step}" is now "${change.verb}" instead of "${change.before}"`;
    case 'order':
      return `In ${placeOf(change)}, the order of the ways out is another one`;
    case 'way':
      return wayText(change);
    case 'words':
      return wordsText(change);
    case 'setting':
      return settingText(change);
  }
}

function placeOf({ step, verb }: { readonly step: string; readonly verb?: string }): string {
  return `the ${verb === 'menu' ? 'menu' : 'step'} "${step}"`;
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}

function wayText({ by, exits, before, after, ...of }: Way): string {
  if (by === 'next' && before !== undefined && after !== undefined)
    return `After ${placeOf(of)}, the call goes on at "${after}" instead of "${before}"`;
  const many = exits.length > 1;
  const names = listOf(exits.map((exit) => (by === 'exit' || by === 'next' ? `"${exit}"` : exit)));
  const what = by === 'key' ? `${many ? 'keys' : 'key'} ${names}` : names;
  const [is, leads] = many ? ['are', 'lead'] : ['is', 'leads'];
  const place = `In ${placeOf(of)}, ${what}`;
  if (before === undefined) return `${place} ${is} new and ${leads} to "${after}"`;
  if (after === undefined) return `${place} ${is} gone; ${many ? 'they' : 'it'} led to "${before}"`;
  return `${place} ${leads} to "${after}" instead of "${before}"`;
}

function wordsText({ prompt, role, language, steps, before, after, ...of }: Words): string {
  if (language === undefined) {
    const name = (one: string | undefined): string =>
      one === undefined ? 'words without a name' : `the prompt "${one}"`;
    return `In ${placeOf(of)}, ${name(after)} ${after === undefined ? 'are' : 'is'} said instead of ${name(before)}, with the same words`;
  }
  const everywhere =
    prompt === undefined
      ? ''
      : `, in the ${steps.length > 1 ? 'steps' : 'step'} ${listOf(steps.map((one) => `"${one}"`))}`;
  const place = prompt === undefined ? `In ${placeOf(of)}, callers` : `In the prompt "${prompt}", callers`;
  const when = role === '' || prompt !== undefined ? '' : ` for "${role}"`;
  if (before === undefined) return `${place} now hear${when} in ${language}: "${after}"${everywhere}`;
  if (after === undefined)
    return `${place} do not hear${when} in ${language} any more: "${before}"${everywhere}`;
  const marked = markChange(before, after);
  return `${place} hear${when} in ${language}: "${marked.after}" instead of "${marked.before}"${everywhere}`;
}

function settingText({ step, verb, what, before, after }: Setting): string {
  const place = step === undefined ? capital(what) : `In ${placeOf({ step, verb })}, ${what}`;
  if (before === undefined) return `${place} is now ${after}`;
  if (after === undefined) return `${place} is gone; it was ${before}`;
  return `${place} is ${after} instead of ${before}`;
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
