import { useId } from 'react';
import { useTranslation } from 'react-i18next';

import { useServiceNames } from '@/pages/services/useServiceNames';
import { sentenceOf } from '@/permissions';
import { Checkbox, FailedBanner, FieldNotes } from '@/ui';

import { useRoleWords } from './roleWords';
import { groupRoles, type useRoleChoices } from './useRoleChoices';
import styles from './users.module.css';

type Props = {
  choices: ReturnType<typeof useRoleChoices>;
  /** The ids of those that are chosen. */
  value: readonly string[];
  onChange: (value: string[]) => void;
  error?: string | undefined;
};

/** Roles to be ticked, each with what it allows. */
export function RolesField({ choices, value, onChange, error }: Props) {
  const { t } = useTranslation('users');
  const { t: permissions } = useTranslation('permissions');
  const id = useId();
  const hint = useRoleWords();
  const names = useServiceNames(choices.organizationId, choices.data?.flatMap(({ policies }) => policies) ?? []);
  if (choices.isError && !choices.data) return <FailedBanner title={t('rolesFailed')} error={choices.error} onRetry={choices.refetch} />;
  const groups = groupRoles(choices.data ?? []).filter(({ roles }) => roles.length > 0);
  return (
    <fieldset className={styles.roles} aria-busy={choices.isPending} {...(error && { 'aria-describedby': `${id}-error` })}>
      <legend className={styles.legend}>{t('roles')}</legend>
      <div role="alert" className={styles.error}>{error && <FieldNotes id={id} error={error} />}</div>
      {groups.map(({ group, roles }) => (
        <div key={group} role="group" aria-labelledby={`${id}-${group}`} className={styles.group}>
          <p id={`${id}-${group}`} className={styles['group-name']}>
            {t(group)}
          </p>
          <div className={styles.choices}>
            {roles.map((role) => (
              <Checkbox
                key={role.roleId}
                label={role.roleName}
                hint={role.roleType === 'system' ? hint(role) : sentenceOf(role.policies, permissions, names)}
                checked={value.includes(role.roleId)}
                onChange={({ target }) => onChange(target.checked ? [...value, role.roleId] : value.filter((known) => known !== role.roleId))}
              />
            ))}
          </div>
        </div>
      ))}
    </fieldset>
  );
}
