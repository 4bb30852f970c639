import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { auth, errorText } from '@/api';
import { Banner, Button, Dialog } from '@/ui';

export function SignOutEverywhere({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation(['profile', 'common']);
  // A page from before must not come back out of memory: everything starts anew.
  const signOut = useMutation({ mutationFn: auth.endSessions, onSuccess: () => location.assign('/sign-in') });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('signOutTitle')}
      description={t('signOutText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="danger" busy={signOut.isPending || signOut.isSuccess} onClick={() => signOut.mutate()}>
            {t('signOutEverywhere')}
          </Button>
        </>
      }
    >
      {signOut.isError && <Banner kind="danger">{errorText(signOut.error)}</Banner>}
    </Dialog>
  );
}
