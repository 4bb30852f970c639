import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { LinkTab, LinkTabs, PageHeader, Stack, usePageTitle } from '@/ui';

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
    <Stack gap={16}>
      <PageHeader title={t('title')} description={t('description')} actions={actions} />
      <LinkTabs label={t('title')}>
        {tabs.map(({ tab, to }) => (
          <LinkTab key={tab} to={to} params={{ orgId }} current={tab === current}>
            {t(`tabs.${tab}`)}
          </LinkTab>
        ))}
      </LinkTabs>
    </Stack>
  );
}
