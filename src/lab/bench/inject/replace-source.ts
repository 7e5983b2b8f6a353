import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { inProject } from '../../../setup/project.ts';

/** From now on this process imports `file` (its path in the project) as `change` makes it of its source. */
export function replaceSource(file: string, change: (source: string) => string): void {
  const target = pathToFileURL(inProject(file)).href;
  registerHooks({
    load(url, context, next) {
      if (url !== target) return next(url, context);
      const { source } = next(url, { ...context, format: 'module-typescript' });
      const changed = change(
        typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString(),
      );
      return { format: 'module', source: stripTypeScriptTypes(changed), shortCircuit: true };
    },
  });
}
