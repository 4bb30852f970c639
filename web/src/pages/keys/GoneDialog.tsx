import { useTranslation } from 'react-i18next';

import { Button, Dialog } from '@/ui';

interface GoneDialogProps {
  name: string;
  /** Closes the dialog, and takes the key out of the list. */
  onLeave: () => void;
}

/** In place of a dialog about a key that somebody else deleted meanwhile. */
export function GoneDialog({ name, onLeave }: GoneDialogProps) {
  const { t } = useTranslation(['keys', 'common']);
  return (
    <Dialog
      open
      onClose={onLeave}
      title={t('goneTitle', { name })}
      description={<p role="alert">{t('goneText')}</p>}
      footer={<Button onClick={onLeave}>{t('common:close')}</Button>}
    />
  );
}
