import { useTranslation } from 'react-i18next';

import { useServiceNames } from '@/pages/services/useServiceNames';
import { isKnown, isOfOrganization, nameOf, servicesOf, upperFirst, useRoles } from '@/permissions';
import { usePermissions } from '@/session';

import type { Decision } from './rows';

/** The words for decisions about the resources; which policy of a role it was, only who may see roles is told. */
export function useDecisionWords(organizationId: string, resources: readonly string[]) {
  const { t } = useTranslation('access');
  const { t: permissionWords } = useTranslation('permissions');
  const mayManage = usePermissions(organizationId).can('control-plane:organization:manage');
  const { data: roles } = useRoles(organizationId, { enabled: mayManage });

  const names = useServiceNames(organizationId, resources.map((name) => ({ resources: [name] })));

  const resource = (name: string): string => (isOfOrganization({ resources: [name] }) ? permissionWords('organization') : servicesOf([name], permissionWords, names));
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
