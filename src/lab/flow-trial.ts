import type { Prompt, Voice } from '../speech/prompt.ts';
import type { Happening } from './flow-happening.ts';
import type { Standing } from './flow-standing.ts';
import { detailOf, shownKeys } from './flow-transcript.ts';
import { FlowWalk, type Shown } from './flow-try.ts';
import type { VisitParts } from './flow-visit.ts';

/** More is nothing that somebody tries out: such a call is over, happenings. */
const LONGEST = 3000;

/** Something that happened in a trial. */
export interface TrialEntry {
  readonly kind: Happening['kind'] | 'remark' | 'problem';
  /** ms since the call came in. */
  readonly ms: number;
  /** In words; of what is said, the words themselves. */
  readonly text: string;
  readonly language: string;
  readonly persona: string;
  /** The step that was entered, the prompt, the music, the keys, or the type of the event. */
  readonly name: string;
  /** What the event is about. */
  readonly detail: string;
}

/** What whoever tries a flow does. */
export type TrialAction =
  | { readonly do: 'press'; readonly keys: string }
  | { readonly do: 'say'; readonly words: string }
  /** Without `seconds`: until something happens. */
  | { readonly do: 'wait'; readonly seconds?: number | undefined }
  | { readonly do: 'other-side-hangs-up' }
  | { readonly do: 'hang-up' };

/** A simulated call through flows: what happened, in order, and where it stands. */
export class FlowTrial {
  readonly entries: TrialEntry[] = [];
  #walk?: FlowWalk;

  static async begin(parts: Omit<VisitParts, 'log'>): Promise<FlowTrial> {
    const trial = new FlowTrial();
    trial.#walk = await FlowWalk.begin(parts, (shown) => trial.#note(shown, parts.at));
    return trial;
  }

  get standing(): Standing {
    return this.#begun.standing;
  }

  get over(): boolean {
    return this.#begun.over;
  }

  async act(action: TrialAction): Promise<void> {
    const walk = this.#begun;
    if (walk.over) return;
    if (this.entries.length > LONGEST) return walk.hangUp();
    switch (action.do) {
      case 'press':
        return walk.press(action.keys);
      case 'say':
        return walk.say(action.words);
      case 'wait':
        return action.seconds === undefined ? walk.letPass() : walk.wait(action.seconds * 1000);
      case 'other-side-hangs-up':
        return walk.endTalk();
      case 'hang-up':
        return walk.hangUp();
    }
  }

  /** The prompt that an entry said, if its words are always the same. */
  promptOf(entry: TrialEntry): { readonly prompt: Prompt; readonly voice: Voice } | undefined {
    const { language, persona, text } = entry;
    for (const line of this.#begun.lines) {
      const { prompt, voice } = line;
      const isIt = line.text === text && voice.language === language && voice.persona === persona;
      if (isIt && prompt.texts[language] === text) return { prompt, voice };
    }
    return undefined;
  }

  get #begun(): FlowWalk {
    if (!this.#walk) throw new Error('the trial has not begun');
    return this.#walk;
  }

  #note({ kind, text, happening }: Shown, since: number): void {
    const ms = (happening?.at ?? since) - since;
    const plain = { ms, text, language: '', persona: '', name: '', detail: '' };
    if (!happening) this.entries.push({ ...plain, kind: kind === 'problem' ? 'problem' : 'remark' });
    else this.entries.push({ ...plain, kind: happening.kind, ...partsOf(happening) });
  }
}

function partsOf(happening: Happening): Partial<TrialEntry> {
  switch (happening.kind) {
    case 'says': {
      const { words, language, persona, prompt } = happening;
      return { text: words, language, persona, name: prompt };
    }
    case 'step':
      return { name: `${happening.flow}/${happening.step}` };
    case 'music':
      return { name: happening.music };
    case 'tone':
      return { name: happening.tone };
    case 'keys':
      return { name: shownKeys(happening, { veiled: (text) => text, fields: new Set() }) };
    case 'event':
      return { name: happening.type, detail: detailOf(happening) };
    case 'asked':
      return {};
  }
}
