import { useTranslation } from 'react-i18next';

import { IconButton, Link, Menu, MenuItem, MenuSeparator } from '@/ui';

import { nameOf, type Member } from './people';

export type MemberAction = 'roles' | 'resetLink' | 'remove';

type Props = {
  organizationId: string;
  member: Member;
  isMe: boolean;
  onAction: (action: MemberAction, member: Member) => void;
};

export function MemberMenu({ organizationId, member, isMe, onAction }: Props) {
  const { t } = useTranslation('users');
  const act = (action: MemberAction) => () => onAction(action, member);
  return (
    <Menu trigger={<IconButton icon="dots-vertical" label={t('actionsOf', { name: nameOf(member) })} plain />}>
      <MenuItem icon="pencil" onSelect={act('roles')}>
        {t('changeRoles')}
      </MenuItem>
      <MenuItem icon="eye" link={<Link to="/organizations/$orgId/users/access/$userId" params={{ orgId: organizationId, userId: member.userId }} />}>
        {t(isMe ? 'seeMyAccess' : 'seeAccess')}
      </MenuItem>
      {/* One's own password is changed in the profile. */}
      {!isMe && (
        <MenuItem icon="key" onSelect={act('resetLink')}>
          {t('resetLink')}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem icon={isMe ? 'slide-out' : 'trash'} danger onSelect={act('remove')}>
        {t(isMe ? 'leave' : 'remove')}
      </MenuItem>
    </Menu>
  );
}
