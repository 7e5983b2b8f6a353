import type { Plugin } from 'vite';
import { expect, test } from 'vitest';
import { messages } from '../../../src/console/texts/all.ts';
import { stylesByComponent, wordsByLanguage } from '../../../src/console/vite-plugins.ts';

/** Calls a hook of a plugin as the bundler does. */
async function called(hook: Plugin['load'] | Plugin['transform'], ...given: string[]): Promise<unknown> {
  if (typeof hook !== 'function') throw new Error('no such hook');
  return await Reflect.apply(hook, { addWatchFile: () => undefined }, given);
}

test.each(['zh-CN', 'en'] as const)(
  'whoever reads %s loads the words of this language only',
  async (language) => {
    const code = await called(wordsByLanguage().load, `\0virtual:words/${language}`);
    expect(JSON.parse(String(code).replace('export default ', ''))).toEqual(messages[language]);
  },
);

test('a component brings its styles and those of what it is made of', async () => {
  const code = `import { ElTableColumn, ElMessage as say, vLoading } from "element-plus";`;
  const { code: styled } = (await called(stylesByComponent().transform, code, '/src/A.vue')) as {
    code: string;
  };
  const sheets = [...styled.matchAll(/theme-chalk\/([a-z-]+)\.css/g)].map(([, name]) => name);
  expect(sheets).toEqual(expect.arrayContaining(['el-table-column', 'el-checkbox', 'el-message']));
  expect(sheets).not.toContain('el-tabs');
});

test('what takes no component is left as it is', async () => {
  expect(
    await called(stylesByComponent().transform, `import { ref } from 'vue';`, '/src/a.ts'),
  ).toBeUndefined();
});
