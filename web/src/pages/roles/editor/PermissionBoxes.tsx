import { useTranslation } from 'react-i18next';

import { databaseAccess, isKnown, nameOf, organizationGroups, organizationPermissions, serviceGroups, servicePermissions, upperFirst } from '@/permissions';
import { Button, Checkbox } from '@/ui';

import { withPermissions, type Draft } from './drafts';
import styles from './editor.module.css';
import { place, type Problems } from './problems';

type Props = { draft: Draft; problems: Problems; onChange: (policy: Draft['policy']) => void };

/** A checkbox for every permission that a policy of this kind can have, by subject. */
export function PermissionBoxes({ draft, problems, onChange }: Props) {
  const { t } = useTranslation('roles');
  const { t: words } = useTranslation('permissions');
  const { section, policy } = draft;
  const [groups, all] = section === 'organization' ? [organizationGroups, organizationPermissions] : [serviceGroups, servicePermissions];
  const others = draft.others.filter((permission) => permission !== databaseAccess); // that one has a field of its own
  const full = all.every((permission) => policy.permissions.includes(permission));
  const box = (permission: string) => (
    <Checkbox
      key={permission}
      label={upperFirst(nameOf(permission, words))}
      hint={isKnown(permission) && <span className={styles.technical}>{permission}</span>}
      checked={policy.permissions.includes(permission)}
      error={problems[place.permission(draft.id, permission)]}
      onChange={(event) => onChange(withPermissions(policy, [permission], event.target.checked))}
    />
  );
  return (
    <div className={styles.boxes}>
      <div className={styles.groups}>
        {groups.map(({ subject, permissions }) => (
          <fieldset key={subject} className={styles.group}>
            <legend>{words(`subjects.${subject}`)}</legend>
            {permissions.map(box)}
          </fieldset>
        ))}
        {others.length > 0 && (
          <fieldset className={styles.group}>
            <legend>{t('otherPermissions')}</legend>
            {others.map(box)}
          </fieldset>
        )}
      </div>
      <div className={styles.all}>
        <Button kind="empty" onClick={() => onChange(withPermissions(policy, all, !full))}>
          {t(full ? 'clearAll' : 'selectAll')}
        </Button>
      </div>
    </div>
  );
}
