import { useTranslation } from 'react-i18next';

import { Dialog, ExternalLink } from '@/ui';

export function About({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <Dialog open={open} onClose={onClose} title={t('aboutTitle')} description={t('aboutText')}>
      <p>
        <ExternalLink href="/docs">{t('apiReference')}</ExternalLink>
      </p>
      <p>
        <ExternalLink href="/third-party-notices.txt">{t('notices')}</ExternalLink>
      </p>
    </Dialog>
  );
}
