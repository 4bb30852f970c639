import type { ComponentPropsWithRef } from 'react';
import { useTranslation } from 'react-i18next';

import { TextField } from '@/ui';

type Props = Omit<ComponentPropsWithRef<typeof TextField>, 'label' | 'hint'> & { recovery?: boolean };

/** For the code of an authenticator app, or the recovery code. */
export function CodeField({ recovery = false, ...field }: Props) {
  const { t } = useTranslation('account');
  return recovery ? (
    <TextField {...field} key="recovery" label={t('recoveryCode')} hint={t('recoveryHint')} mono autoComplete="off" autoCapitalize="characters" spellCheck={false} />
  ) : (
    <TextField {...field} key="app" label={t('appCode')} mono inputMode="numeric" autoComplete="one-time-code" spellCheck={false} maxLength={7} placeholder="123 456" />
  );
}
