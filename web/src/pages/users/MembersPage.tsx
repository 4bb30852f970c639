import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { usePermissions } from '@/session';
import { NotAllowed, Page } from '@/ui';

import { InviteButton } from './InviteButton';
import { InviteDialog } from './invite';
import { MemberList } from './MemberList';
import { mayView } from './people';
import { PeopleHeader } from './PeopleHeader';

export function MembersPage({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('users');
  const allowed = usePermissions(organizationId).can(mayView);
  const [inviting, setInviting] = useState(false);
  return (
    <Page>
      <PeopleHeader tab="members" actions={allowed && <InviteButton organizationId={organizationId} onClick={() => setInviting(true)} />} />
      {allowed ? <MemberList organizationId={organizationId} /> : <NotAllowed title={t('notAllowedTitle')}>{t('notAllowedText')}</NotAllowed>}
      {inviting && <InviteDialog organizationId={organizationId} onClose={() => setInviting(false)} />}
    </Page>
  );
}
