import { shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Said } from '../../base/said.ts';
import { sentenceIn } from './sentence-in.ts';

/** Chinese sentences by their English form; loaded by the first page that a Chinese reader opens with some. */
const chinese = shallowRef<Readonly<Record<string, string>>>();

/** Says the server's sentences in the reader's language; what has no words there is shown in English. */
export function useSentences(): (said: string | Said) => string {
  const { locale } = useI18n();
  return (said) => {
    if (locale.value !== 'zh-CN') return sentenceIn({}, said);
    if (!chinese.value) void load();
    return sentenceIn(chinese.value ?? {}, said);
  };
}

let loading: Promise<void> | undefined;

function load(): Promise<void> {
  loading ??= import('../texts/sentences/chinese.ts').then(
    ({ CHINESE }) => {
      chinese.value = CHINESE;
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
}
