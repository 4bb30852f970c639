import { useTranslation } from 'react-i18next';

import step from '@/shell/Step.module.css';

import type { Offered } from './offered';

/** Who is invited, and what they get. */
export function Offer({ offered: { email, roles }, more }: { offered: Offered; more?: string }) {
  const { t, i18n } = useTranslation('invitation');
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return (
    <p className={step.text}>
      {roles.length > 0 ? t('offer', { email, count: roles.length, roles: list.format(roles) }) : t('offerPlain', { email })}
      {more && ` ${more}`}
    </p>
  );
}
