import { useTranslation } from 'react-i18next';

import { Step } from '@/shell/Step';
import { Banner, Button, LinkButton } from '@/ui';

import { Offer } from './Offer';
import type { Offered } from './offered';

type Props = { offered: Offered; busy: boolean; error: string | undefined; onJoin: () => void };

/** For the invited person, who is signed in: one click. */
export function Join({ offered, busy, error, onJoin }: Props) {
  const { t } = useTranslation('invitation');
  const title = t('join', { organization: offered.organization });
  return (
    <Step title={title}>
      <Offer offered={offered} />
      {error && <Banner kind="danger">{error}</Banner>}
      <Button kind="primary" fill busy={busy} onClick={onJoin}>
        {title}
      </Button>
      {!busy && <LinkButton to="/">{t('notNow')}</LinkButton>}
    </Step>
  );
}
