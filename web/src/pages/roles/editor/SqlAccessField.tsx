import { useTranslation } from 'react-i18next';

import { databaseAccess } from '@/permissions';
import { Checkbox, Select } from '@/ui';

import { sqlAccessOf, withGrants, withPermissions, withSqlAccess, type Draft } from './drafts';
import styles from './editor.module.css';
import { place, type Problems } from './problems';
import { Rows } from './Rows';

type Props = { draft: Draft; problems: Problems; onChange: (policy: Draft['policy']) => void };

/** What somebody may do in databases through the SQL console. */
export function SqlAccessField({ draft, problems, onChange }: Props) {
  const { t } = useTranslation('roles');
  const { t: words } = useTranslation('permissions');
  const { id, policy } = draft;
  const access = sqlAccessOf(policy);
  const technical = <span className={styles.technical}>{databaseAccess}</span>;
  if (policy.allowDeny === 'DENY') {
    return (
      <Checkbox
        label={t('denySql')}
        hint={technical}
        checked={access !== 'none'}
        error={problems[place.permission(id, databaseAccess)] ?? problems[place.access(id)]}
        onChange={(event) => onChange(withPermissions(policy, [databaseAccess], event.target.checked))}
      />
    );
  }
  const grants = policy.tags?.grants ?? [];
  return (
    <>
      <Select
        label={words('sqlConsole')}
        value={access}
        onChange={(next) => onChange(withSqlAccess(policy, next))}
        options={[
          { value: 'none', label: t('sql.none'), hint: t('sql.noneHint') },
          { value: 'readonly', label: t('sql.readonly'), hint: t('sql.readonlyHint') },
          { value: 'admin', label: t('sql.admin'), hint: t('sql.adminHint') },
          { value: 'grants', label: t('sql.grants'), hint: t('sql.grantsHint') },
        ]}
        hint={technical}
        error={problems[place.permission(id, databaseAccess)] ?? problems[place.access(id)]}
        className={styles.access}
      />
      {access !== 'none' && (access === 'grants' || grants.length > 0) && (
        <div className={styles.list}>
          <p className={styles.label}>{t('grants')}</p>
          <Rows
            values={grants}
            onChange={(values) => onChange(withGrants(policy, values))}
            error={(index) => problems[place.grant(id, index)]}
            words={{
              list: t('grants'),
              row: (number) => t('grantNumber', { number }),
              add: t('addGrant'),
              remove: (number) => t('removeGrant', { number }),
              placeholder: t('grantPlaceholder'),
            }}
          />
        </div>
      )}
    </>
  );
}
