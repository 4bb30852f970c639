import { useTranslation } from 'react-i18next';

import { Icon, Link } from '@/ui';

import styles from './editor.module.css';

export function BackToRoles({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('roles');
  return (
    <Link to="/organizations/$orgId/users/roles" params={{ orgId: organizationId }} className={styles.back ?? ''}>
      <Icon name="chevron-left" size={14} />
      {t('title')}
    </Link>
  );
}
