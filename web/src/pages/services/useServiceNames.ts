import { useQuery } from '@tanstack/react-query';

import { allServices, isOfOrganization, type Policy, type ServiceNames } from '@/permissions';

import { servicesQuery } from './useServices';

const fresh = 60_000;

/**
 * The names of services that policies are about, as far as the person may see the
 * services. They are asked for only where a policy is about single ones. A name
 * that two services have tells nothing.
 */
export function useServiceNames(organizationId: string, policies: readonly Pick<Policy, 'resources'>[]): ServiceNames {
  const enabled = policies.some((policy) => !isOfOrganization(policy) && !policy.resources.includes(allServices));
  const { data: services = [] } = useQuery({ ...servicesQuery(organizationId), staleTime: fresh, enabled });
  return (id) => {
    const name = services.find((service) => service.id === id)?.name;
    return services.filter((service) => service.name === name).length === 1 ? name : undefined;
  };
}
