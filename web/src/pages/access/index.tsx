import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { answerOf, api } from '@/api';

import { AccessPage } from './AccessPage';

/** What an API key may do. */
export function KeyAccess() {
  const { t } = useTranslation('access');
  const { orgId, keyId } = useParams({ from: '/console/organizations/$orgId/keys/$keyId/access' });
  const path = { organizationId: orgId, keyId };
  const access = useQuery({
    queryKey: ['access', orgId, 'key', keyId],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/organizations/{organizationId}/keys/{keyId}/effectiveAccess', { params: { path }, signal }))).result,
  });
  const name = useQuery({
    queryKey: ['keys', orgId, 'key', keyId],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/organizations/{organizationId}/keys/{keyId}', { params: { path }, signal })),
    select: ({ result }) => result.name,
  });
  return <AccessPage organizationId={orgId} kind="key" name={name.data} access={access} back={{ to: '/organizations/$orgId/keys', text: t('backToKeys') }} />;
}

/** What a person may do. */
export function MemberAccess() {
  const { t } = useTranslation('access');
  const { orgId, userId } = useParams({ from: '/console/organizations/$orgId/users/access/$userId' });
  const path = { organizationId: orgId, userId };
  const access = useQuery({
    queryKey: ['access', orgId, 'person', userId],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/organizations/{organizationId}/members/{userId}/effectiveAccess', { params: { path }, signal }))).result,
  });
  const name = useQuery({
    queryKey: ['members', orgId, 'one', userId],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/organizations/{organizationId}/members/{userId}', { params: { path }, signal })),
    select: ({ result }) => result.name || result.email,
  });
  return <AccessPage organizationId={orgId} kind="person" name={name.data} access={access} back={{ to: '/organizations/$orgId/users', text: t('backToMembers') }} />;
}
