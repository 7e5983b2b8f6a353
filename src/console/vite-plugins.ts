import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Plugin, runnerImport } from 'vite';
import type { Language, Words } from './texts/texts.ts';

const TEXTS = fileURLToPath(new URL('texts/all.ts', import.meta.url));
const WORDS = 'virtual:words/';
const PACKAGE = pathToFileURL(createRequire(import.meta.url).resolve('element-plus/package.json'));

/**
 * `virtual:words/en` and `virtual:words/zh-CN`: the words of one language, by area. They are written side by side, but nobody
 * reads both.
 */
export function wordsByLanguage(): Plugin {
  return {
    name: 'words-by-language',
    resolveId: (id) => (id.startsWith(WORDS) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${WORDS}`)) return undefined;
      const { module, dependencies } = await runnerImport<{ messages: Record<Language, Words> }>(TEXTS);
      for (const file of [TEXTS, ...dependencies]) this.addWatchFile(file);
      const words = module.messages[id.slice(WORDS.length + 1) as Language];
      return `export default ${JSON.stringify(words)}`;
    },
  };
}

/** Each file that takes a component of Element Plus takes its styles too, and no others. */
export function stylesByComponent(): Plugin {
  return {
    name: 'styles-by-component',
    transform(code, id) {
      if (id.includes('/node_modules/')) return undefined;
      const styles = new Set(componentsIn(code).flatMap(stylesOf));
      if (styles.size === 0) return undefined;
      return { code: `${code}\n${[...styles].map((file) => `import '${file}';`).join('\n')}`, map: null };
    },
  };
}

/** Names of the folders of the components, such as `table-column` for `ElTableColumn`. */
function componentsIn(code: string): string[] {
  return [...code.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']element-plus["']/g)]
    .flatMap(([, names]) => names!.split(','))
    .flatMap((name) => /^\s*El([A-Z]\w*)/.exec(name)?.[1] ?? [])
    .map((name) => name.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase());
}

/** A component's style sheets after those of what it is made of, as the package lists them. */
function stylesOf(component: string): string[] {
  return sheetsIn(new URL(`es/components/${component}/style/css.mjs`, PACKAGE));
}

function sheetsIn(list: URL): string[] {
  return [...readFileSync(list, 'utf8').matchAll(/import "([^"]+)"/g)].flatMap(([, name]) =>
    name!.startsWith('.') ? sheetsIn(new URL(name!, list)) : [name!],
  );
}
