/** Marks of Chinese keyboards that stand where an expression has its own. */
const FOREIGN = /[“”‘’，。（）＝＞＜！＋－、【】　]/u;

/** How people call the types of CEL. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\blist<string>/g, 'a list'],
  [/\blist<\w+>/g, 'a list of other things'],
  [/\bstring\b/g, 'a text'],
  [/\b(double|int)\b/g, 'a number'],
  [/\bbool\b/g, 'a yes or no'],
];

/** What is wrong with an expression, from what the library says. */
export function wordingOf(text: string, thrown: unknown): string {
  const mark = FOREIGN.exec(text.replace(/"[^"]*"|'[^']*'/g, ''))?.[0];
  if (mark !== undefined)
    return `there is a ${mark === '　' ? 'full-width space' : mark} here: take the signs of an English keyboard, such as " and >=`;
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';
  if (message.includes('maxDepth')) return 'it is nested too deeply: use fewer brackets';
  if (message.includes('maxAstNodes')) return 'it is too long: make several of it';
  const overload = /^no such overload: (.+)$/.exec(message)?.[1];
  if (overload !== undefined) return `these do not go together: ${inOurWords(overload)}`;
  if (message.startsWith('Ternary branches'))
    return 'both values after ? have to be of one kind: write 30.0 beside 2.5';
  if (message.startsWith('List elements')) return 'a list holds one kind of thing: write [9.0, 9.5]';
  if (message.startsWith('Logical operator'))
    return '&&, || and ! want a yes or no on each side, such as skill.wealth >= 9';
  const method = /^found no matching overload for '(.+)'$/.exec(message)?.[1];
  if (method !== undefined) return `there is no ${inOurWords(method)}`;
  if (/^Unexpected (character|token): (=|ASSIGN)/.test(message)) return 'write == to compare';
  if (/^Unexpected/.test(message) && /\b(and|or|not)\b/i.test(text))
    return 'write && for and, || for or, ! for not';
  if (message.includes('EOF'))
    return 'it ends too early: look at what stands last, and for a missing bracket';
  return message;
}

export function longWords(length: number, most: number): string {
  return `it has ${length} characters, and may have ${most}: make several of it`;
}

function inOurWords(types: string): string {
  return TYPES.reduce((words, [type, ours]) => words.replace(type, ours), types);
}
