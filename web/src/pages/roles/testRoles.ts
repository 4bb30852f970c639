import type { Policy, Role } from '@/permissions';
import { organizationId } from '@/test/renderPage';

export const rolesPath = `/v1/organizations/${organizationId}/roles`;
export const membersPath = `/v1/organizations/${organizationId}/members`;
export const keysPath = `/v1/organizations/${organizationId}/keys`;
export const ada = 'user/7f3a6b6e-0000-4000-8000-000000000001';
export const grafana = 'apiKey/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20';

const organization = `organization/${organizationId}`;

export const policies: Policy[] = [
  { allowDeny: 'ALLOW', permissions: ['control-plane:service:view', 'control-plane:service:of-a-later-version'], resources: ['instance/*'] },
  { allowDeny: 'DENY', permissions: ['control-plane:service:delete'], resources: ['instance/*'] },
  { allowDeny: 'ALLOW', permissions: ['control-plane:organization:view', 'control-plane:organization:view-api-keys'], resources: [organization] },
  { allowDeny: 'ALLOW', permissions: ['control-plane:service:manage'], resources: ['instance/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20'] },
];

/** A role for tests, which differs in what is given. */
export function someRole(given: Partial<Pick<Role, 'id' | 'name' | 'type' | 'actors'>> & { policies?: Policy[] } = {}): Role {
  const { id = '810700fe-33e1-411e-967d-70bbeccce960', policies: own = policies, ...more } = given;
  return {
    name: 'Analysts',
    type: 'custom',
    tenantId: organization,
    ownerId: organization,
    actors: [ada, grafana],
    createdAt: '2026-11-01T08:00:00Z',
    updatedAt: '2026-11-01T08:00:00Z',
    ...more,
    id,
    policies: own.map((policy, index) => ({ ...policy, id: `policy-${index}`, roleId: id, tenantId: organization })),
  };
}

const member = { userId: ada.slice('user/'.length), name: 'Ada Lovelace', email: 'ada@example.com', assignedRoles: [], joinedAt: '2026-11-01T08:00:00Z', secondFactor: false, role: 'admin' };
const key = { id: grafana.slice('apiKey/'.length), name: 'grafana', keySuffix: 'x7Qd' };

/** Who is there to be found. */
export const actorAnswers = {
  [`GET ${membersPath}`]: { result: [member] },
  [`GET ${keysPath}`]: { result: [key], totalCount: 1, limit: 6, nextCursor: null },
  [`GET ${keysPath}/${key.id}`]: { result: key },
};
