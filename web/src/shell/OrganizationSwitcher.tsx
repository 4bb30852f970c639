import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { useMaybeSession } from '@/session';
import { Icon, Menu, MenuChoice } from '@/ui';

import { useCurrentOrganization } from './Navigation';
import styles from './Sidebar.module.css';

export function OrganizationSwitcher({ onNavigate }: { onNavigate?: (() => void) | undefined }) {
  const { t } = useTranslation('shell');
  const navigate = useNavigate();
  const current = useCurrentOrganization();
  const organizations = useMaybeSession()?.organizations ?? [];
  if (!current) return null;
  const open = (orgId: string) => {
    onNavigate?.();
    void navigate({ to: '/organizations/$orgId', params: { orgId } });
  };
  return (
    <Menu
      align="start"
      matchWidth
      trigger={
        <button type="button" className={styles.switcher} aria-label={`${t('organization')}: ${current.name}`}>
          <Icon name="building" />
          <span className={styles.texts}>
            <span className={styles.first}>{current.name}</span>
          </span>
          <Icon name="chevron-down" />
        </button>
      }
    >
      <MenuChoice label={t('organizations')} value={current.id} onChange={open} options={organizations.map(({ id, name }) => ({ value: id, label: name }))} />
    </Menu>
  );
}
