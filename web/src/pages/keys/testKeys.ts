import type { Schema } from '@/api';

/** A key for tests, which differs in what is given. */
export function someKey(given: Partial<Schema<'ApiKey'>> = {}): Schema<'ApiKey'> {
  return {
    id: '8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20',
    name: 'ci-deploy',
    state: 'enabled',
    keySuffix: 'x7Qd',
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- a key has it all the same
    roles: [],
    assignedRoles: [{ roleId: 'f28ad37c-8607-532d-ae4c-ae634719be2a', roleName: 'Org API reader', roleType: 'system' }],
    createdAt: '2026-11-01T08:00:00Z',
    createdBy: { actorType: 'user', actorDetails: 'ada@example.com' },
    expireAt: null,
    ...given,
  };
}

export function pageOf(...result: Schema<'ApiKey'>[]): Schema<'KeyPage'> {
  return { requestId: '0c2d6e4e-8f6e-4c1b-9d59-1a2b3c4d5e6f', status: 200, result, limit: 50, totalCount: result.length, nextCursor: null };
}
