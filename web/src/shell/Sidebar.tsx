import { useTranslation } from 'react-i18next';

import { InvitationNotice } from './InvitationNotice';
import { Mark } from './Mark';
import { Navigation } from './Navigation';
import { OrganizationSwitcher } from './OrganizationSwitcher';
import { ProfileMenu } from './ProfileMenu';
import styles from './Sidebar.module.css';

/** The menu on the left. `onNavigate` closes the drawer that it is in on narrow screens. */
export function Sidebar({ drawer = false, onNavigate }: { drawer?: boolean; onNavigate?: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <div className={styles.sidebar}>
      {!drawer && (
        <div className={styles.brand}>
          <Mark />
          <span className={styles.name}>Gatehouse</span>
        </div>
      )}
      <OrganizationSwitcher onNavigate={onNavigate} />
      <nav aria-label={t('mainNavigation')} className={styles.nav}>
        <Navigation onNavigate={onNavigate} />
      </nav>
      <InvitationNotice onNavigate={onNavigate} />
      <ProfileMenu onNavigate={onNavigate} />
    </div>
  );
}
