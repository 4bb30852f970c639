import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { useMaybeSession } from '@/session';
import { Icon } from '@/ui';

import { lastOrganization } from './home';
import styles from './Sidebar.module.css';

const pages = [
  { to: '/organizations/$orgId/services', icon: 'services', text: 'services', soon: false },
  { to: '/organizations/$orgId/sql', icon: 'console', text: 'sql', soon: true },
  { to: '/organizations/$orgId/keys', icon: 'key', text: 'keys', soon: false },
  { to: '/organizations/$orgId/users', icon: 'users', text: 'users', soon: false },
  { to: '/organizations/$orgId/audit', icon: 'activity', text: 'audit', soon: false },
  { to: '/organizations/$orgId/settings', icon: 'gear', text: 'settings', soon: false },
] as const;

/** The pages of the organization one is in, or was in last. */
export function Navigation({ onNavigate }: { onNavigate?: (() => void) | undefined }) {
  const { t } = useTranslation('shell');
  const orgId = useCurrentOrganization()?.id;
  if (!orgId) return null;
  return (
    <ul className={styles.list}>
      {pages.map((page) => (
        <li key={page.to}>
          <Link to={page.to} params={{ orgId }} activeOptions={{ includeSearch: false }} className={styles.item} onClick={onNavigate}>
            <Icon name={page.icon} />
            {t(page.text)}
            {page.soon && <span className={styles.soon}>{t('soon')}</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The organization of the page, else the one that was open last, else the first. */
export function useCurrentOrganization() {
  const organizations = useMaybeSession()?.organizations ?? [];
  const { orgId } = useParams({ strict: false });
  const known = (id: string | undefined) => organizations.find((organization) => organization.id === id);
  return known(orgId) ?? known(lastOrganization()) ?? organizations[0];
}
