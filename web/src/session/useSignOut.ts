import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { auth } from '@/api';
import { toast } from '@/ui';
import { errorText } from '@/api/errorText';

import { sessionQuery } from './session';

/** Signs out here and forgets what was loaded. The shell then leads to the sign-in page. */
export function useSignOut() {
  const queryClient = useQueryClient();
  const { t } = useTranslation('shell');
  return useMutation({
    mutationFn: auth.signOut,
    // A page from before must not come back out of memory: everything starts anew.
    onSuccess: () => location.assign('/sign-in'),
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
      toast('danger', t('signOutFailed'), errorText(error));
    },
  });
}
