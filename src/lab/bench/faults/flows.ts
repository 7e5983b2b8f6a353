import { readdirSync, readFileSync } from 'node:fs';
import { inProject } from '../../../setup/project.ts';

/** What a caller dials to get straight to where a fault is to meet him; each has a menu behind it. */
export const NUMBERS = {
  /** A menu: 1 hold, 2 an outside number, 5 ends the call. Asks again for ever. */
  menu: '7700',
  /** Waits in the queue `general`. */
  hold: '7701',
  /** Is put through to an outside number, which the trunk's far end answers. */
  bridge: '7702',
  /** The hotline that ships. */
  hotline: '95533',
} as const;

/** The key of the menu that leads to the queue. */
export const HOLD_KEY = '1';
/** The key of the menu that ends the call. */
export const END_KEY = '5';

const FLOW = `flow: bench
numbers: ["7700", "7701", "7702"]
languages: [en]
start: which
prompts:
  bench-menu: { en: "To wait, press 1. To be put through, press 2. To end this call, press 5." }
steps:
  which:
    choose:
      - { when: dialled == "7701", then: hold }
      - { when: dialled == "7702", then: bridge }
    otherwise: menu
  menu:
    menu: { say: bench-menu, keys: { 1: hold, 2: bridge, 5: end }, timeout: 20s, tries: 9 }
    otherwise: end
  hold: { queue: { name: general, timeout: 10m }, then: { done: end }, otherwise: menu }
  bridge: { dial: { number: "02787654321" }, then: { done: end }, otherwise: menu }
  end: { hangup: {} }
`;

/** The flows that ship, open at every hour, and one more of our own. */
export function benchFlows(): Record<string, string> {
  const files = readdirSync(inProject('ivr-flows')).filter(
    (name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'),
  );
  const shipped = files.map((name) => [name, shippedFlow(name)]);
  return { ...Object.fromEntries(shipped), ...ownFlow() };
}

/** Our own flow alone, with what all flows share: few prompts, for a quick start. */
export function ownFlow(): Record<string, string> {
  return { 'shared.yaml': shippedFlow('shared.yaml'), 'bench.yaml': FLOW };
}

function shippedFlow(name: string): string {
  const text = readFileSync(inProject('ivr-flows', name), 'utf8');
  return name === 'shared.yaml' ? text.replace(/\d\d:\d\d-\d\d:\d\d/g, '00:00-24:00') : text;
}

/** The class of service that ships, without its limits: so many calls to one number would look like fraud. */
export function unlimitedDialling(): string {
  const text = readFileSync(inProject('dialplan/class-of-service.yaml'), 'utf8');
  return text.replace(/^limits:\n( .*\n)*/m, '');
}
