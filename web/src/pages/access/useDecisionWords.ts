import { useTranslation } from 'react-i18next';

import { isKnown, nameOf, serviceOf, upperFirst, useRoles } from '@/permissions';
import { usePermissions } from '@/session';

import type { Decision } from './rows';

/** The words for decisions; which policy of a role it was, only who may see roles is told. */
export function useDecisionWords(organizationId: string) {
  const { t } = useTranslation('access');
  const { t: permissionWords } = useTranslation('permissions');
  const mayManage = usePermissions(organizationId).can('control-plane:organization:manage');
  const { data: roles } = useRoles(organizationId, { enabled: mayManage });

  const resource = (name: string): string => {
    if (name.startsWith('organization/')) return permissionWords('organization');
    if (name === 'instance/*') return permissionWords('allServices');
    return permissionWords('oneService', { id: serviceOf(name).slice(0, 8) });
  };
  /** "by the role Analysts, policy 2" */
  const reason = ({ decision, decidedBy }: Decision): string => {
    if (!decidedBy) return decision === 'ALLOW' ? t('byAnyone') : t('byNone');
    const { roleId, roleName: role, policyId, allowDeny } = decidedBy;
    const number = (roles?.find(({ id }) => id === roleId)?.policies.findIndex(({ id }) => id === policyId) ?? -1) + 1;
    const by = number > 0 ? t('byPolicy', { role, number }) : t('byRole', { role });
    return allowDeny === 'DENY' ? t('deniedBy', { by }) : by;
  };
  return {
    resource,
    reason,
    permission: (name: string) => (isKnown(name) ? upperFirst(nameOf(name, permissionWords)) : name),
  };
}

export type DecisionWords = ReturnType<typeof useDecisionWords>;
