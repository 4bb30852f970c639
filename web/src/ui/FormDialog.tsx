import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from './Button';
import { Dialog } from './Dialog';

export type FormDialogProps = Omit<ComponentProps<typeof Dialog>, 'open' | 'footer' | 'bare' | 'onSubmit'> & {
  /** What the button says that does it. */
  confirm: string;
  /** What the other one says, where "Cancel" does not say it. */
  cancel?: string;
  kind?: 'primary' | 'danger';
  busy?: boolean;
  /** Why it cannot be done yet. */
  disabledReason?: string | undefined;
  onSubmit: () => void;
};

/** A dialog that is filled in or agreed to: one form, with a button that does it and one that does not. Open while it is rendered. */
export function FormDialog({ confirm, cancel, kind = 'primary', busy = false, disabledReason, onSubmit, ...dialog }: FormDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      {...dialog}
      open
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation(); // out of the portal, to a form that the dialog is rendered in
        if (!busy && !disabledReason) onSubmit();
      }}
      footer={
        <>
          <Button onClick={dialog.onClose}>{cancel ?? t('cancel')}</Button>
          <Button kind={kind} type="submit" busy={busy} disabledReason={disabledReason}>
            {confirm}
          </Button>
        </>
      }
    />
  );
}
