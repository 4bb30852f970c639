import { useTranslation } from 'react-i18next';

import { Badge, FieldError, IconButton } from '@/ui';

import type { Draft } from './drafts';
import styles from './editor.module.css';
import { PermissionBoxes } from './PermissionBoxes';
import { place, type Problems } from './problems';
import { Scope } from './Scope';
import { SqlAccessField } from './SqlAccessField';
import type { RoleForm } from './useRoleForm';

type Props = {
  organizationId: string;
  draft: Draft;
  /** Its number among the policies that are saved; without one it says nothing yet. */
  number: number | undefined;
  /** Without a frame and a head of its own, when it is the only one of its section. */
  alone: boolean;
  form: Pick<RoleForm, 'change' | 'remove'>;
  problems: Problems;
};

/** One policy of the role: what it is about, and where. */
export function PolicyCard({ organizationId, draft, number, alone, form, problems }: Props) {
  const { t } = useTranslation('roles');
  const { id, section, policy } = draft;
  const error = problems[place.policy(id)];
  const denies = policy.allowDeny === 'DENY';
  const title = number === undefined ? t('emptyPolicy') : t('policyNumber', { number });
  const effect = t(denies ? 'denies' : 'allows');
  const change = (next: Draft['policy']) => form.change(id, next);
  return (
    <div id={id} role="group" aria-label={t('policyOf', { policy: title, effect, section: t(`sections.${section}`) })} className={alone ? styles.alone : styles.policy} tabIndex={-1}>
      {!alone && (
        <div className={styles['policy-head']}>
          <span className={styles['policy-title']}>{title}</span>
          <Badge state={denies ? 'danger' : 'success'}>{effect}</Badge>
          {denies && <span className={styles.muted}>{t(`sections.${section}`)}</span>}
          <IconButton icon="trash" label={t('removePolicy', { policy: title })} className={styles.remove} onClick={() => form.remove(id)} />
        </div>
      )}
      {error && <FieldError alert>{error}</FieldError>}
      {section !== 'sql' && <PermissionBoxes draft={draft} problems={problems} onChange={change} />}
      {(section === 'sql' || draft.others.includes('sql-console:database:access')) && <SqlAccessField draft={draft} problems={problems} onChange={change} />}
      {section !== 'organization' && (section !== 'sql' || policy.permissions.length > 0) && (
        <Scope organizationId={organizationId} draft={draft} problems={problems} onChange={change} />
      )}
    </div>
  );
}
