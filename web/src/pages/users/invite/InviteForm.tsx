import { useTranslation } from 'react-i18next';

import { TextArea } from '@/ui';

import { RolesField } from '../RolesField';
import type { useRoleChoices } from '../useRoleChoices';
import { mostAddresses } from './addresses';

type Props = {
  text: string;
  onText: (text: string) => void;
  emails: readonly string[];
  choices: ReturnType<typeof useRoleChoices>;
  roleIds: readonly string[];
  onRoles: (roleIds: string[]) => void;
  errors: { emails?: string | undefined; roles?: string | undefined };
};

export function InviteForm({ text, onText, emails, choices, roleIds, onRoles, errors }: Props) {
  const { t } = useTranslation('users');
  return (
    <>
      <TextArea
        label={t('addresses')}
        hint={emails.length > 0 ? t('addressCount', { count: emails.length }) : t('addressesHint', { most: mostAddresses })}
        error={errors.emails}
        value={text}
        rows={3}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder={'ada@example.com\ngrace@example.com'}
        onChange={(event) => onText(event.target.value)}
      />
      <RolesField choices={choices} value={roleIds} onChange={onRoles} error={errors.roles} />
    </>
  );
}
