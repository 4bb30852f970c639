import { answerOf, api } from '@/api';
import { allServices, loadRoles, resourceOf, type Policy, type Role } from '@/permissions';

import { noRole } from './roles';
import type { KeyValues } from './values';

type Named = { id: string; name: string };

/** What a service role for some services only is called. */
export function limitedName(serviceRole: string, services: readonly Named[]): string {
  const names = services.length === 0 ? '…' : services.map(({ name }) => name).join(', ');
  return Array.from(`${serviceRole}: ${names}`).slice(0, 240).join('');
}

/**
 * The values with a custom role in place of a service role that is for some services
 * only: a key has roles and nothing else. One that says the same is taken again.
 */
export async function withLimitedRole(organizationId: string, values: KeyValues, services: readonly Named[]): Promise<KeyValues> {
  const { serviceRole, scope } = values;
  if (serviceRole === noRole || scope === 'all') return values;
  const chosen = services.filter(({ id }) => values.services.includes(id));
  const roles = await loadRoles(organizationId);
  const whole = roles.find((role) => role.type === 'system' && role.name === serviceRole);
  const policies = limited(whole?.policies ?? [], chosen);
  if (policies.length === 0) throw new Error(`no role ${serviceRole}`);
  const custom = roles.filter((role) => role.type === 'custom');
  const same = custom.find((role) => sign(role.policies) === sign(policies));
  const id = same?.id ?? (await make(organizationId, freeName(limitedName(serviceRole, chosen), custom), policies));
  return { ...values, serviceRole: noRole, otherRoles: [...new Set([...values.otherRoles, id])] };
}

/** What policies allow on all services, on these. */
function limited(policies: readonly Policy[], services: readonly Named[]): Policy[] {
  const resources = services.map(({ id }) => resourceOf(id));
  return policies
    .filter((policy) => policy.resources.includes(allServices))
    .map(({ allowDeny, permissions, tags }) => ({ allowDeny, permissions, resources, ...(tags && { tags }) }));
}

/** The same for policies that say the same. */
function sign(policies: readonly Policy[]): string {
  const texts = policies.map(({ allowDeny, permissions, resources, tags }) => JSON.stringify([allowDeny, permissions.toSorted(), resources.toSorted(), tags?.roleV2, tags?.grants]));
  return texts.toSorted().join();
}

function freeName(name: string, roles: readonly Role[]): string {
  const taken = new Set(roles.map((role) => role.name));
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} (${number})`;
    if (!taken.has(candidate)) return candidate;
  }
}

async function make(organizationId: string, name: string, policies: Policy[]): Promise<string> {
  const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/roles', { params: { path: { organizationId } }, body: { name, policies, actors: [] } }));
  return result.id;
}
