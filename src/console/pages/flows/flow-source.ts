import type { CheckedTextView, FlowFileView } from '../../../ivr/editing-http.ts';
import { ask, get, post, RefusedByApi } from '../../api.ts';
import type { TextSource } from '../../parts/text-draft.ts';

/** A file of the folder of flows. @param template what one that does not exist yet begins with */
export function flowSource(name: string, template: string): TextSource<FlowFileView> {
  const path = `/api/flow-files/${encodeURIComponent(name)}`;
  return {
    template,
    check: (text) => post<CheckedTextView>('/api/flow-files/check', { name, text }),
    save: (text, basedOn, evenWithErrors) =>
      ask<FlowFileView>('PUT', path, { text, basedOn, evenWithErrors }),
    async read() {
      try {
        return await get<FlowFileView>(path);
      } catch (thrown) {
        if (thrown instanceof RefusedByApi && thrown.id === 'flow-file-unknown') return undefined;
        throw thrown;
      }
    },
  };
}

/** The page of a file: `/flows/hotline` for hotline.yaml. */
export function pageOfFile(name: string): string {
  return `/flows/${encodeURIComponent(name.replace(/\.yaml$/, ''))}`;
}

/** The file that a page is about. */
export function fileOfPage(param: string): string {
  return /\.ya?ml$/.test(param) ? param : `${param}.yaml`;
}
