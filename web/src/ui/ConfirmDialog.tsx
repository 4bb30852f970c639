import { errorText } from '@/api';

import { Banner } from './Banner';
import { FormDialog, type FormDialogProps } from './FormDialog';
import { useAttempt } from './useAttempt';

type Props = Omit<FormDialogProps, 'busy' | 'keepOpen' | 'onSubmit'> & {
  /** Does it, and closes the dialog when it is done. What it throws is shown. */
  onConfirm: () => unknown;
};

/** Asks before something is done, does it, and stays open until it has come out how that went. */
export function ConfirmDialog({ onConfirm, onClose, children, ...dialog }: Props) {
  const { busy, error, attempt } = useAttempt();
  return (
    <FormDialog {...dialog} busy={busy} keepOpen={busy} onClose={() => !busy && onClose()} onSubmit={() => void attempt(onConfirm)}>
      {children}
      {error !== undefined && <Banner kind="danger">{errorText(error)}</Banner>}
    </FormDialog>
  );
}
