import { useTranslation } from 'react-i18next';

import { useMaybeSession } from '@/session';

import styles from './SignIn.module.css';

/** With whom one can sign in besides a password. The browser leaves for the provider's own page, so these are plain links. */
export function Providers({ to, note }: { to?: string | undefined; note?: string | undefined }) {
  const { t } = useTranslation('signIn');
  const providers = useMaybeSession()?.providers ?? [];
  if (providers.length === 0) return null;
  const query = to && to !== '/' ? `?${new URLSearchParams({ to }).toString()}` : '';
  return (
    <div className={styles.providers}>
      <p className={styles.divider}>
        <span>{t('or')}</span>
      </p>
      {providers.map(({ id, name }) => (
        <a key={id} href={`/auth/oidc/${encodeURIComponent(id)}${query}`} className={styles.provider}>
          {t('continueWith', { name })}
        </a>
      ))}
      {note && <p className={styles.note}>{note}</p>}
    </div>
  );
}
