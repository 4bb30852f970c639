import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { auth, errorText } from '@/api';
import { Banner, FormDialog } from '@/ui';

export function SignOutEverywhere({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('profile');
  // A page from before must not come back out of memory: everything starts anew.
  const signOut = useMutation({ mutationFn: auth.endSessions, onSuccess: () => location.assign('/sign-in') });
  return (
    <FormDialog
      kind="danger"
      onClose={onClose}
      title={t('signOutTitle')}
      description={t('signOutText')}
      confirm={t('signOutEverywhere')}
      busy={signOut.isPending || signOut.isSuccess}
      onSubmit={() => signOut.mutate()}
    >
      {signOut.isError && <Banner kind="danger">{errorText(signOut.error)}</Banner>}
    </FormDialog>
  );
}
