import type { access as english } from '../en/access';
import type { Translated } from '../types';

export const access: Translated<typeof english> = {
  title: '访问权限',
  titleOf: '{{name}} 可以做什么',
  descriptionKey: '此密钥的角色目前合计允许的操作。不涉及密钥是否启用以及可从何处使用。',
  descriptionPerson: '此成员的角色目前在该组织中合计允许的操作。',
  backToKeys: 'API 密钥',
  backToMembers: '成员',

  notAllowedTitle: '您无法查看此内容',
  goneKey: '此 API 密钥不存在',
  gonePerson: '此人不在该组织中',
  goneText: '它可能已被移除，或页面地址有误。',
  failedTitle: '无法加载访问权限',
  refreshFailed: '无法刷新页面',
  leftOff_other: '策略中还指定了另外 {{count}} 个服务，此处未显示。',

  search: '搜索操作和权限',
  all: '允许和拒绝',
  allowed: '允许',
  refused: '拒绝',
  noMatch: '没有匹配的内容',
  clearFilter: '清除筛选条件',

  operations: '操作',
  operation: '操作',
  decision: '结果',
  permissions: '权限',
  permission: '权限',
  services: '服务',
  service: '服务',
  databases: '数据库',
  tags: {
    'Organization': '组织',
    'User management': '成员和邀请',
    'Role Management': '角色',
    'OpenAPI': 'API 密钥',
  },

  byRole: '依据角色 {{role}}',
  byPolicy: '依据角色 {{role}} 的策略 {{number}}',
  deniedBy: '{{by}}拒绝',
  byNone: '没有角色允许',
  byAnyone: '无需权限',

  sqlAdmin: '完全访问',
  sqlReadOnly: '只读',
  sqlGrants: '仅限以下授权语句：',
  sqlNone: '不可访问',
};
