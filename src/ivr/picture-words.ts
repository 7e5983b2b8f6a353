import type { Look } from './picture-ways.ts';

/** The words of a picture that are not the flow's own. */
export interface PictureWords {
  readonly looks: Readonly<Record<Look, string>>;
  readonly elsewhere: string;
  readonly roots: Readonly<Record<'start' | 'on error' | 'not reached', string>>;
  /** How many came to a step, and how many of them hung up there. */
  readonly counts: (entered: string, dropped: string) => string;
  /** How many went this way. */
  readonly went: (count: string) => string;
}

export const PICTURE_WORDS: Readonly<Record<'en' | 'zh-CN', PictureWords>> = {
  en: {
    looks: {
      speaks: 'says something',
      asks: 'asks the caller',
      works: 'works unheard',
      'hands-over': 'hands over',
      'other-flow': 'another flow',
      ends: 'ends',
    },
    elsewhere: 'goes on at that card',
    roots: { start: 'start', 'on error': 'on error', 'not reached': 'not reached' },
    counts: (entered, dropped) => `${entered} callers came here, ${dropped} hung up here`,
    went: (count) => `${count} callers went this way`,
  },
  'zh-CN': {
    looks: {
      speaks: '播放语音',
      asks: '询问来电者',
      works: '后台处理',
      'hands-over': '转出',
      'other-flow': '进入其他流程',
      ends: '结束',
    },
    elsewhere: '跳转到该步骤',
    roots: { start: '开始', 'on error': '出错时', 'not reached': '不可达' },
    counts: (entered, dropped) => `${entered} 位来电者到达此步骤，其中 ${dropped} 位在此挂机`,
    went: (count) => `${count} 位来电者走了这条路径`,
  },
};
