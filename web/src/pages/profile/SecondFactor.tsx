import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useSession } from '@/session';
import { Badge, Button, Section } from '@/ui';

import { Enrol } from './Enrol';
import styles from './Profile.module.css';
import { RemoveFactor } from './RemoveFactor';

export function SecondFactor() {
  const { t } = useTranslation('profile');
  const on = useSession().person?.secondFactor ?? false;
  const [open, setOpen] = useState<'enrol' | 'remove'>();
  const close = () => setOpen(undefined);
  return (
    <Section title={t('factor')} description={t('factorText')}>
      <div className={styles.state}>
        <Badge state={on ? 'success' : 'neutral'}>{on ? t('on') : t('off')}</Badge>
        <span>{on ? t('factorOn') : t('factorOff')}</span>
      </div>
      <div>
        {/* One button: the dialog gives the focus back to it, whatever it does by then. */}
        <Button onClick={() => setOpen(on ? 'remove' : 'enrol')}>{on ? t('removeFactor') : t('setUpFactor')}</Button>
      </div>
      {open === 'enrol' && <Enrol onClose={close} />}
      {open === 'remove' && <RemoveFactor onClose={close} />}
    </Section>
  );
}
