import { ElMessageBox } from 'element-plus';
import { post } from '../../api.ts';
import { i18n } from '../../language.ts';
import { act } from '../../loaded.ts';

/** Ends a call for everybody, once somebody has said that he means it. */
export async function hangUp(call: string): Promise<void> {
  const { t } = i18n.global;
  const isSure = await ElMessageBox.confirm(t('floor.hangUpSure'), t('floor.hangUp'), {
    confirmButtonText: t('floor.hangUp'),
    cancelButtonText: t('general.cancel'),
    type: 'warning',
  }).then(
    () => true,
    () => false,
  );
  if (isSure) await act(() => post(`/api/calls/${encodeURIComponent(call)}/hangup`), t('floor.done'));
}
