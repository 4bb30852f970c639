import { useTranslation } from 'react-i18next';

import { IconButton, Menu, MenuItem, MenuSeparator } from '@/ui';

import type { Invitation } from './people';

export type InvitationAction = 'link' | 'resend' | 'revoke';

type Props = {
  invitation: Invitation;
  sendsMail: boolean;
  onAction: (action: InvitationAction, invitation: Invitation) => void;
};

export function InvitationMenu({ invitation, sendsMail, onAction }: Props) {
  const { t } = useTranslation('users');
  const act = (action: InvitationAction) => () => onAction(action, invitation);
  return (
    <Menu trigger={<IconButton icon="dots-vertical" label={t('actionsOf', { name: invitation.email })} plain />}>
      <MenuItem icon="copy" onSelect={act('link')}>
        {t('copyLink')}
      </MenuItem>
      {sendsMail && (
        <MenuItem icon="email" onSelect={act('resend')}>
          {t('sendAgain')}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem icon="trash" danger onSelect={act('revoke')}>
        {t('revoke')}
      </MenuItem>
    </Menu>
  );
}
