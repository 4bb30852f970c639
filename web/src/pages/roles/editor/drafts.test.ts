import { expect, it } from 'vitest';

import { databaseAccess, organizationPermissions, servicePermissions, type Policy } from '@/permissions';
import { organizationId } from '@/test/renderPage';

import { complete, draftsOf, policiesOf, samePolicies, saved, sqlAccessOf, withPermissions, withSqlAccess } from './drafts';

const organization = [`organization/${organizationId}`];
const scopes = [['instance/*'], ['instance/a'], ['instance/b', 'instance/a'], ['instance/*', 'instance/a'], ['cluster/x']];
const tags: Policy['tags'][] = [undefined, { roleV2: 'sql-console-readonly' }, { roleV2: 'sql-console-admin', grants: ['GRANT SELECT ON a.*'] }, { grants: ['GRANT A', 'GRANT B'] }];

/** Policies of all kinds, put together by a number that begins the row: the same every time. */
function somePolicies(seed: number): Policy[] {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const pick = <Item>(items: readonly Item[]) => items[next(items.length)] as Item;
  return Array.from({ length: next(7) }, () => {
    const ofOrganization = next(3) === 0;
    const known = ofOrganization ? organizationPermissions : [...servicePermissions, databaseAccess];
    const permissions = new Set<string>(next(5) === 0 && !ofOrganization ? [databaseAccess] : [pick(known), pick(known), pick(known)]);
    if (next(4) === 0) permissions.add('control-plane:service:of-a-later-version');
    const tag = ofOrganization ? undefined : pick(tags);
    return { allowDeny: pick(['ALLOW', 'DENY'] as const), permissions: [...permissions], resources: ofOrganization ? organization : pick(scopes), ...(tag && { tags: tag }) };
  });
}

it.each(Array.from({ length: 200 }, (_, seed) => seed))('saves every policy as it came, in its order (%i)', (seed) => {
  const policies = somePolicies(seed);
  const drafts = draftsOf(policies, organizationId);
  expect(policiesOf(drafts)).toEqual(policies);
  // Each section has something to fill in, and every permission is shown: by a checkbox of its section or beside them.
  expect(new Set(drafts.filter(({ policy }) => policy.allowDeny === 'ALLOW').map(({ section }) => section)).size).toBe(3);
  for (const { section, policy, others } of drafts) {
    const boxes: readonly string[] = section === 'organization' ? organizationPermissions : section === 'services' ? servicePermissions : [databaseAccess];
    for (const permission of policy.permissions) expect(boxes.includes(permission) !== others.includes(permission)).toBe(true);
  }
});

it('counts policies as the server does: without those that say nothing', () => {
  const service: Policy = { allowDeny: 'ALLOW', permissions: ['control-plane:service:view'], resources: ['instance/*'] };
  const drafts = draftsOf([service, { ...service, permissions: ['control-plane:service:delete'] }], organizationId);
  const emptied = drafts.map((draft, index) => (index === 0 ? { ...draft, policy: withPermissions(draft.policy, ['control-plane:service:view'], false) } : draft));
  expect(saved(emptied).map(({ policy }) => policy.permissions)).toEqual([['control-plane:service:delete']]);
});

it('sees no change in a permission that was cleared and set again', () => {
  const [policy] = [{ allowDeny: 'ALLOW', permissions: ['control-plane:service:view', 'control-plane:service:manage'], resources: ['instance/*'] } satisfies Policy];
  const again = withPermissions(withPermissions(policy, ['control-plane:service:view'], false), ['control-plane:service:view'], true);
  expect(samePolicies([policy], [again])).toBe(true);
  expect(samePolicies([policy], [withPermissions(policy, ['control-plane:service:delete'], true)])).toBe(false);
  expect(samePolicies([policy, again], [again])).toBe(false);
});

it('keeps grants while the access through the SQL console is changed', () => {
  const policy: Policy = { allowDeny: 'ALLOW', permissions: [databaseAccess], resources: ['instance/*'], tags: { grants: ['GRANT A'] } };
  expect(sqlAccessOf(policy)).toBe('grants');
  const changed = (['readonly', 'none', 'admin', 'grants'] as const).reduce((before, access) => {
    const next = withSqlAccess(before, access);
    expect(sqlAccessOf(next)).toBe(access);
    return next;
  }, policy);
  expect(changed).toEqual(policy);
});

it('leaves what is half filled in out of the effect', () => {
  const resources = ['instance/*'];
  const sql = { allowDeny: 'ALLOW' as const, permissions: ['sql-console:database:access'], resources };
  const view = { allowDeny: 'ALLOW' as const, permissions: ['control-plane:service:view'] };
  expect(complete([{ ...sql, tags: { grants: [''] } }])).toEqual([]);
  expect(complete([{ ...sql, tags: { grants: ['GRANT SELECT ON a.*', ' '] } }])).toEqual([{ ...sql, tags: { grants: ['GRANT SELECT ON a.*'] } }]);
  expect(complete([{ ...view, resources: ['instance/'] }, { ...view, resources: ['instance/', ...resources] }])).toEqual([{ ...view, resources, tags: {} }]);
});
