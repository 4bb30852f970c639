import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { toast } from '@/ui';

import type { Command, Service } from './service';
import { useServiceChanges } from './useServices';

/** Carries out a command and says in a corner what came of it. Stopping asks first: see StopDialog. */
export function useServiceAction(organizationId: string) {
  const { t } = useTranslation('services');
  const changes = useServiceChanges(organizationId);
  return async ({ id, name }: Service, command: Command): Promise<boolean> => {
    try {
      await changes.setState(id, command);
      toast('success', t(({ start: 'starting', stop: 'stopping', awake: 'waking' } as const)[command], { name }));
      return true;
    } catch (error) {
      toast('danger', t(`${command}Failed`, { name }), errorText(error));
      changes.refresh();
      return false;
    }
  };
}
