import { useTranslation } from 'react-i18next';

import { Flyout } from '@/ui';

import { Sidebar } from './Sidebar';

/** The menu on screens that have no room for it. */
export function MenuDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <Flyout open={open} onClose={onClose} title={t('menu')} side="left" bare>
      <Sidebar drawer onNavigate={onClose} />
    </Flyout>
  );
}
