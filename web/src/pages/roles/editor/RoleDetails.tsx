import { useTranslation } from 'react-i18next';

import { databaseAccess, nameOf, servicesOf, upperFirst, type Role } from '@/permissions';
import { Badge, Icon, LinkButton, Page, PageHeader, Section } from '@/ui';

import { BackToRoles } from './BackToRoles';
import { sqlAccessOf } from './drafts';
import styles from './editor.module.css';
import { Summary } from './Summary';

/** A system role: to be read, and to be copied. */
export function RoleDetails({ organizationId, role }: { organizationId: string; role: Role }) {
  const { t } = useTranslation('roles');
  return (
    <Page>
      <div className={styles.head}>
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
      </div>
      <div className={styles.editor}>
        <div className={styles.main}>
          {role.policies.length === 0 && <Section title={t('noPolicies')} description={t('noPoliciesText')} />}
          {role.policies.map((policy, index) => (
            <PolicyDetails key={policy.id} number={index + 1} policy={policy} />
          ))}
        </div>
        <div className={styles.side}>
          <Summary policies={role.policies} />
        </div>
      </div>
    </Page>
  );
}

function PolicyDetails({ number, policy }: { number: number; policy: Role['policies'][number] }) {
  const { t } = useTranslation('roles');
  const { t: words } = useTranslation('permissions');
  const { allowDeny, permissions, resources } = policy;
  const ofOrganization = resources.some((resource) => resource.startsWith('organization/'));
  const where = ofOrganization ? words('organization') : servicesOf(resources, words);
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
              {upperFirst(nameOf(permission, words))}
              {permission === databaseAccess && `: ${t(`sql.${sqlAccessOf(policy)}`)}`}
              <span className={styles.technical}>{permission}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
