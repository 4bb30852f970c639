import { readFileSync } from 'node:fs';

import i18next from 'i18next';
import { beforeAll, expect, it } from 'vitest';

import { permissions as chinese } from '@/i18n/zh-CN/permissions';

import { databaseAccess, linesOf, nameOf, organizationPermissions, sentenceOf, servicePermissions, type Policy } from '.';

beforeAll(() => i18next.addResourceBundle('zh-CN', 'permissions', chinese));

const words = (language: 'en' | 'zh-CN') => i18next.getFixedT(language, 'permissions');
const organization = ['organization/5f1c9a4e-1fd3-4b0e-9b6a-0d9f1f3f2b11'];
const every = ['instance/*'];
const one = ['instance/8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20'];
const two = [...one, 'instance/b2f5b0e8-4a41-4f0b-9c58-3d1f6a7b9e21'];

function policy(resources: string[], permissions: readonly string[], more: Partial<Policy> = {}): Policy {
  return { allowDeny: 'ALLOW', resources, permissions: [...permissions], ...more };
}

it('has words in both languages for every permission of the catalogue, and no others', () => {
  const source = readFileSync('../internal/cloud/permission.go', 'utf8');
  const catalogue = [...source.matchAll(/Permission = "([a-z-]+(?::[a-z-]+){2})"/g)].map(([, permission = '']) => permission);
  expect(catalogue.length).toBeGreaterThan(20);
  expect([...organizationPermissions, ...servicePermissions, databaseAccess].sort()).toEqual(catalogue.sort());
  for (const language of ['en', 'zh-CN'] as const) {
    const texts = catalogue.map((permission) => nameOf(permission, words(language)));
    expect(new Set(texts).size).toBe(catalogue.length); // they differ from each other
    for (const text of texts) expect(text).not.toMatch(/words\.|:/);
  }
});

it.each<[string, Policy[], string, string]>([
  ['no policies', [], 'Sign in, and no more', '只能登录'],
  [
    'a reader who may manage keys and back up',
    [
      policy(organization, ['control-plane:organization:view', ...organizationPermissions.filter((name) => name.includes('api-keys'))]),
      policy(every, ['control-plane:service:view', 'control-plane:service:view-backups', 'control-plane:service:manage-backups']),
      policy(every, [databaseAccess], { tags: { roleV2: 'sql-console-readonly' } }),
    ],
    'Organization: see the organization and its people; manage API keys · All services: see settings and status; manage backups · SQL console: read only',
    '组织：查看组织及其成员；管理 API 密钥 · 所有服务：查看设置和状态；管理备份 · SQL 控制台：只读',
  ],
  [
    'everything',
    [policy(organization, organizationPermissions), policy(every, [...servicePermissions, databaseAccess], { tags: { roleV2: 'sql-console-admin', grants: ['GRANT X'] } })],
    'Organization: everything · All services: everything · SQL console: full access; 1 grant',
    '组织：全部权限 · 所有服务：全部权限 · SQL 控制台：完全访问；1 条授权语句',
  ],
  [
    'a denial first, which is told last',
    [policy(every, ['control-plane:service:delete'], { allowDeny: 'DENY' }), policy(one, [databaseAccess], { allowDeny: 'DENY' }), policy(every, ['control-plane:service:view'])],
    'All services: see settings and status · Except on all services: delete the service · Except in the SQL console, service 8c2f5b0e: no access',
    '所有服务：查看设置和状态 · 例外 – 所有服务：删除服务 · 例外 – SQL 控制台（服务 8c2f5b0e）：不可访问',
  ],
  [
    'policies about the same services, in one line',
    [
      policy(two, ['control-plane:service:view']),
      policy([...two].reverse(), ['control-plane:service:view-scaling-config']),
      policy(one, ['control-plane:service:delete', 'control-plane:service:fly']),
      policy(two, [databaseAccess], { tags: { grants: ['GRANT A', 'GRANT B'] } }),
    ],
    '2 services: see settings and status; see scaling · Service 8c2f5b0e: delete the service; control-plane:service:fly · SQL console, 2 services: 2 grants',
    '2 个服务：查看设置和状态；查看扩缩容配置 · 服务 8c2f5b0e：删除服务；control-plane:service:fly · SQL 控制台（2 个服务）：2 条授权语句',
  ],
])('says in words: %s', (_, policies, english, inChinese) => {
  expect(sentenceOf(policies, words('en'))).toBe(english);
  expect(sentenceOf(policies, words('zh-CN'))).toBe(inChinese);
});

it('names a single service where its name is known', () => {
  const policies = [policy(one, ['control-plane:service:view', databaseAccess]), policy(one, ['control-plane:service:delete'], { allowDeny: 'DENY' }), policy(two, ['control-plane:service:view-backups'])];
  const names = (id: string) => (one.includes(`instance/${id}`) ? 'Orders' : undefined);
  expect(sentenceOf(policies, words('en'), names)).toBe(
    'Service “Orders”: see settings and status · 2 services: see backups · SQL console, service “Orders”: no rights · Except on service “Orders”: delete the service',
  );
  expect(sentenceOf(policies, words('zh-CN'), names)).toMatch(/^服务“Orders”：查看设置和状态 · /);
});

it('never leaves out a permission, whichever others there are', () => {
  const t = words('en');
  for (const permission of [...organizationPermissions, ...servicePermissions]) {
    const resources = organizationPermissions.includes(permission) ? organization : every;
    expect(linesOf([policy(resources, [permission])], t)[0]?.what).toHaveLength(1);
  }
});
