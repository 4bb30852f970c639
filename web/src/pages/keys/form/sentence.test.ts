import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';

import { formatDate, formatNumber } from '@/format';
import { keyForm as chinese } from '@/i18n/zh-CN/keyForm';

import { organizationRoles, serviceRoles } from './roles';
import { sentenceOf, type Ability } from './sentence';

beforeAll(() => i18next.addResourceBundle('zh-CN', 'keyForm', chinese));

const now = new Date('2026-11-23T12:00:00Z');
const end = new Date('2027-02-21T12:00:00Z');

function say(language: 'en' | 'zh-CN', ability: Partial<Ability>) {
  const words = {
    t: i18next.getFixedT(language, 'keyForm'),
    date: (moment: Date) => formatDate(moment, language),
    number: (value: number) => formatNumber(value, language),
  };
  return sentenceOf({ roles: [], sources: undefined, end, ...ability }, words, now);
}

describe('in English', () => {
  it.each<[Partial<Ability>, string]>([
    [
      { roles: ['Member', 'Service API reader', 'Basic service API reader'], sources: ['203.0.113.7', '10.0.0.0/8'] },
      'Can read the settings of all services and use Query API endpoints, only from 2 locations, until Feb 21, 2027.',
    ],
    [{ roles: ['Member'] }, 'Can only sign in and see the name of the organization, from anywhere, until Feb 21, 2027.'],
    [{ roles: [], end: null }, 'Can only sign in and see the name of the organization, from anywhere, and never expires.'],
    [{ roles: ['Admin', 'Service API reader'], end: null }, 'Can do everything in the organization and with all of its services, from anywhere, and never expires.'],
    [{ roles: ['Billing', 'Basic service API reader'], sources: ['203.0.113.7'] }, 'Can see and manage billing, and use Query API endpoints, only from 203.0.113.7, until Feb 21, 2027.'],
    [{ roles: ['Service admin', 'Service reader'] }, 'Can manage and delete all services and change their data in the SQL console, from anywhere, until Feb 21, 2027.'],
    [{ roles: ['Service API reader'], sources: ['0.0.0.0/0', '10.0.0.0/8'] }, 'Can read the settings of all services, from anywhere, until Feb 21, 2027.'],
    [{ roles: ['Service API reader'], sources: ['10.0.0.0/8', '10.0.0.0/8'] }, 'Can read the settings of all services, only from 10.0.0.0/8, until Feb 21, 2027.'],
    [{ roles: ['Member', 'On call'], end: undefined }, 'Can do what the role “On call” allows, from anywhere, until the date you choose.'],
    [{ roles: ['Basic service API reader'], disabled: true }, 'Can use Query API endpoints, from anywhere, until Feb 21, 2027. It is disabled at the moment.'],
    [{ roles: ['Admin'], sources: [] }, 'Cannot be used as long as no location is listed.'],
    [{ roles: ['Admin'], end: new Date('2026-11-01T12:00:00Z') }, 'Cannot be used: it expired on Nov 1, 2026.'],
  ])('%j', (ability, sentence) => expect(say('en', ability)).toBe(sentence));
});

describe('in Chinese', () => {
  it.each<[Partial<Ability>, string]>([
    [
      { roles: ['Member', 'Service API reader', 'Basic service API reader'], sources: ['203.0.113.7', '10.0.0.0/8'] },
      '可以读取所有服务的设置，并使用 Query API 端点；只能从 2 个位置使用；有效期至 2027年2月21日。',
    ],
    [{ roles: ['Member'] }, '只能登录并查看组织名称；可从任何位置使用；有效期至 2027年2月21日。'],
    [{ roles: ['Admin'], end: null }, '可以在组织及其所有服务中执行任何操作；可从任何位置使用；永不过期。'],
    [{ roles: ['Admin'], sources: [] }, '在添加位置之前无法使用。'],
  ])('%j', (ability, sentence) => expect(say('zh-CN', ability)).toBe(sentence));
});

it('is a whole sentence for every combination that the form has', () => {
  const sentences = new Map<string, string>();
  for (const language of ['en', 'zh-CN'] as const)
    for (const organization of [...Object.keys(organizationRoles), undefined])
      for (const service of [...Object.keys(serviceRoles), undefined])
        for (const sources of [undefined, ['10.0.0.0/8'], ['10.0.0.0/8', '::1']])
          for (const until of [end, null, undefined]) {
            const roles = [organization, service].filter((role) => role !== undefined);
            const sentence = say(language, { roles, sources, end: until });
            expect(sentence).toMatch(language === 'en' ? /^Can [a-z].*[^.,]\.$/ : /^(可以|只能).*[^；。]。$/);
            expect(sentence).not.toMatch(/[{}]|undefined|null| {2}|, ,|sentence\./);
            sentences.set(language + sentence, sentence);
          }
  expect(sentences.size).toBeGreaterThan(2 * 3 * 3 * 15); // they differ from each other
});
