import { useTranslation } from 'react-i18next';

import { useServiceNames } from '@/pages/services/useServiceNames';
import { databaseAccess, nameOf, servicesOf, upperFirst, type Role } from '@/permissions';
import { Badge, Icon, LinkButton, Page, PageHeader, Section, Stack } from '@/ui';

import { BackToRoles } from './BackToRoles';
import { sqlAccessOf } from './drafts';
import styles from './editor.module.css';
import { Summary } from './Summary';

/** A system role: to be read, and to be copied. */
export function RoleDetails({ organizationId, role }: { organizationId: string; role: Role }) {
  const { t } = useTranslation('roles');
  return (
    <Page>
      <Stack gap={8}>
        <BackToRoles organizationId={organizationId} />
        <PageHeader
          title={role.name}
          description={t('systemHint')}
          actions={
            <LinkButton icon="copy" to="/organizations/$orgId/users/roles/new" params={{ orgId: organizationId }} state={{ copyOf: role.id }}>
              {t('duplicate')}
            </LinkButton>
          }
        />
      </Stack>
      <div className={styles.editor}>
        <div className={styles.main}>
          {role.policies.length === 0 && <Section title={t('noPolicies')} description={t('noPoliciesText')} />}
          {role.policies.map((policy, index) => (
            <PolicyDetails key={policy.id} organizationId={organizationId} number={index + 1} policy={policy} />
          ))}
        </div>
        <div className={styles.side}>
          <Summary organizationId={organizationId} policies={role.policies} />
        </div>
      </div>
    </Page>
  );
}

function PolicyDetails({ organizationId, number, policy }: { organizationId: string; number: number; policy: Role['policies'][number] }) {
  const { t } = useTranslation('roles');
  const { t: words } = useTranslation('permissions');
  const { allowDeny, permissions, resources } = policy;
  const ofOrganization = resources.some((resource) => resource.startsWith('organization/'));
  const names = useServiceNames(organizationId, [policy]);
  const nameIn = (permission: string) => upperFirst(nameOf(permission, words));
  const where = ofOrganization ? words('organization') : servicesOf(resources, words, names);
  return (
    <Section
      title={t('policyNumber', { number })}
      description={where}
      actions={<Badge state={allowDeny === 'DENY' ? 'danger' : 'success'}>{t(allowDeny === 'DENY' ? 'denies' : 'allows')}</Badge>}
    >
      <ul className={styles.permissions}>
        {permissions.map((permission) => (
          <li key={permission}>
            <Icon name={allowDeny === 'DENY' ? 'cross' : 'check'} size={14} />
            <span>
              {permission === databaseAccess ? t('permissionOf', { permission: nameIn(permission), access: t(`sql.${sqlAccessOf(policy)}`) }) : nameIn(permission)}
              <span className={styles.technical}>{permission}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
