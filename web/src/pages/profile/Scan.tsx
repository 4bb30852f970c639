import { useEffect, useRef } from 'react';
import type { UseFormRegisterReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { CodeField, ShownCode } from '@/account';
import type { NewSecondFactor } from '@/api';

import styles from './Profile.module.css';

type Props = { factor: NewSecondFactor; code: UseFormRegisterReturn; error: string | undefined };

export function Scan({ factor, code, error }: Props) {
  const { t } = useTranslation('profile');
  const intro = useRef<HTMLParagraphElement>(null);
  useEffect(() => intro.current?.focus(), []); // the password's field, which had it, is gone
  return (
    <>
      <p ref={intro} tabIndex={-1} className={styles.intro}>
        {t('scanText')}
      </p>
      <img src={factor.picture} alt={t('picture')} className={styles.picture} />
      <ShownCode label={t('secret')} hint={t('secretHint')} code={factor.secret} />
      <p>{t('confirmText')}</p>
      <CodeField {...code} error={error} />
    </>
  );
}
