import { createContext, use } from 'react';

import { useServicePermissions } from '@/session';

import type { Service } from '../service';

export const ServiceContext = createContext<{ organizationId: string; service: Service } | undefined>(undefined);

/** The service of the page, as it is now, and what the person may do with it. */
export function useThisService() {
  const context = use(ServiceContext);
  if (!context) throw new Error('outside the page of a service');
  const { can } = useServicePermissions(context.organizationId);
  return { ...context, can: (permission: string) => can(permission, context.service.id) };
}
