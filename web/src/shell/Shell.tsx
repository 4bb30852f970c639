import { Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMaybeSession } from '@/session';
import { IconButton } from '@/ui';

import { rememberOrganization } from './home';
import { Mark } from './Mark';
import { MenuDrawer } from './MenuDrawer';
import styles from './Shell.module.css';
import { Sidebar } from './Sidebar';
import { WaitingPage } from './WaitingPage';

/** The frame around every page behind sign-in: the menu, and the page. */
export function Shell() {
  const { t } = useTranslation('shell');
  const session = useMaybeSession();
  const [menuOpen, setMenuOpen] = useState(false);
  const { orgId } = useParams({ strict: false });
  const isMember = session?.organizations.some(({ id }) => id === orgId);
  useSignInWhenSignedOut(session !== undefined && !session.person);
  useLeaveWhenRemoved(orgId, isMember);
  useEffect(() => {
    if (orgId && isMember) rememberOrganization(orgId);
  }, [orgId, isMember]);
  if (!session?.person) return <WaitingPage />;
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        {t('skip')}
      </a>
      <header className={styles.bar}>
        <IconButton icon="burger-menu" label={t('openMenu')} plain aria-haspopup="dialog" aria-expanded={menuOpen} onClick={() => setMenuOpen(true)} />
        <Mark size={24} />
        <span className={styles.name}>Gatehouse</span>
      </header>
      <header className={styles.side}>
        <Sidebar />
      </header>
      <MenuDrawer open={menuOpen} onClose={() => setMenuOpen(false)} />
      <main id="content" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
    </div>
  );
}

/** The session may end while a page is open. After signing in again, it is this page that opens. */
function useSignInWhenSignedOut(signedOut: boolean) {
  const navigate = useNavigate();
  const { href } = useLocation();
  useEffect(() => {
    if (signedOut) void navigate({ to: '/sign-in', search: { to: href }, replace: true });
    // The path at the time of signing out is what counts, not those after it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [signedOut]);
}

/** Somebody may be removed from the organization while a page of it is open. */
function useLeaveWhenRemoved(orgId: string | undefined, isMember: boolean | undefined) {
  const navigate = useNavigate();
  const wasIn = useRef<string>(undefined);
  useEffect(() => {
    if (isMember) wasIn.current = orgId;
    if (isMember !== false || orgId === undefined || wasIn.current !== orgId) return;
    wasIn.current = undefined;
    void navigate({ to: '/', replace: true });
  }, [orgId, isMember, navigate]);
}
