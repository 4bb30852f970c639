import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { PageHeader, usePageTitle } from '@/ui';

import styles from './PeopleHeader.module.css';

const tabs = [
  { tab: 'members', to: '/organizations/$orgId/users' },
  { tab: 'invitations', to: '/organizations/$orgId/users/invitations' },
  { tab: 'roles', to: '/organizations/$orgId/users/roles' },
] as const;

type Props = { tab: (typeof tabs)[number]['tab']; actions?: ReactNode };

/** The head of the three pages about people and what they may do, and the way between them. */
export function PeopleHeader({ tab: current, actions }: Props) {
  const { t } = useTranslation('users');
  const { orgId = '' } = useParams({ strict: false });
  usePageTitle(`${t(`tabs.${current}`)} · ${t('title')}`);
  return (
    <div className={styles.header}>
      <PageHeader title={t('title')} description={t('description')} actions={actions} />
      <nav aria-label={t('title')} className={styles.tabs}>
        {tabs.map(({ tab, to }) => (
          <Link key={tab} to={to} params={{ orgId }} activeOptions={{ exact: true }} className={styles.tab} {...(tab === current && { 'aria-current': 'page' })}>
            {t(`tabs.${tab}`)}
          </Link>
        ))}
      </nav>
    </div>
  );
}
