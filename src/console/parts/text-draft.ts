import { computed, onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue';
import type { CheckedTextView } from '../../ivr/editing-http.ts';

/** Typing is over for now after this, ms. */
const PAUSE_MS = 350;

/** A file as the API gives it. */
export interface TextFile extends CheckedTextView {
  readonly text: string;
  readonly version: string;
}

/** Where a file comes from and goes to. All of it rejects with RefusedByApi. */
export interface TextSource<File extends TextFile> {
  /** Undefined for one that does not exist yet. */
  read(): Promise<File | undefined>;
  check(text: string): Promise<CheckedTextView>;
  save(text: string, basedOn: string, evenWithErrors: boolean): Promise<File>;
  /** What one that does not exist yet begins with. */
  readonly template: string;
}

/** A file that somebody edits. */
export interface TextDraft<File extends TextFile = TextFile> {
  readonly file: Readonly<Ref<File | undefined>>;
  readonly text: Ref<string>;
  readonly problems: Readonly<Ref<CheckedTextView['problems']>>;
  readonly goesLive: Readonly<Ref<boolean>>;
  readonly checking: Readonly<Ref<boolean>>;
  readonly isChanged: Readonly<Ref<boolean>>;
  /** Why it could not be read or checked. */
  readonly error: Readonly<Ref<unknown>>;
  /** Reads it anew and drops what was edited. Never rejects. */
  load(): Promise<void>;
  revert(): void;
  /** @param over the version that may be overwritten, instead of the one that was read @throws RefusedByApi */
  save(evenWithErrors: boolean, over?: string): Promise<File>;
}

/** Reads the file at once, and has what is typed checked whenever there is a pause. */
export function useTextDraft<File extends TextFile>(source: TextSource<File>): TextDraft<File> {
  const file = shallowRef<File>();
  const text = ref('');
  const checked = shallowRef<CheckedTextView>({ problems: [], goesLive: true });
  const checking = ref(false);
  const error = shallowRef<unknown>();
  const isRead = ref(false);
  const before = (): string => file.value?.text ?? source.template;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function load(): Promise<void> {
    try {
      const found = await source.read();
      file.value = found;
      text.value = before();
      checked.value = found ?? { problems: [], goesLive: true };
      error.value = undefined;
      isRead.value = true;
    } catch (thrown) {
      error.value = thrown;
    }
  }

  async function check(): Promise<void> {
    asked += 1;
    const mine = asked;
    try {
      const found = await source.check(text.value);
      if (mine === asked) checked.value = found;
      if (mine === asked) error.value = undefined;
    } catch (thrown) {
      if (mine === asked) error.value = thrown;
    } finally {
      if (mine === asked) checking.value = false;
    }
  }

  watch(text, (now) => {
    clearTimeout(timer);
    asked += 1;
    checking.value = now !== file.value?.text;
    if (checking.value) timer = setTimeout(() => void check(), PAUSE_MS);
    else if (file.value) checked.value = file.value;
  });
  onScopeDispose(() => clearTimeout(timer));
  void load();

  return {
    file,
    text,
    problems: computed(() => checked.value.problems),
    goesLive: computed(() => checked.value.goesLive),
    checking,
    isChanged: computed(() => isRead.value && (file.value === undefined || text.value !== file.value.text)),
    error,
    load,
    revert() {
      text.value = before();
    },
    async save(evenWithErrors, over) {
      const saved = await source.save(text.value, over ?? file.value?.version ?? '', evenWithErrors);
      file.value = saved;
      text.value = saved.text;
      checked.value = saved;
      return saved;
    },
  };
}
