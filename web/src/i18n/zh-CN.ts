import type { en } from './en';
import type { Translated } from './types';
import { access } from './zh-CN/access';
import { account } from './zh-CN/account';
import { addresses } from './zh-CN/addresses';
import { audit } from './zh-CN/audit';
import { common } from './zh-CN/common';
import { invitation } from './zh-CN/invitation';
import { keyForm } from './zh-CN/keyForm';
import { keys } from './zh-CN/keys';
import { permissions } from './zh-CN/permissions';
import { profile } from './zh-CN/profile';
import { roles } from './zh-CN/roles';
import { services } from './zh-CN/services';
import { settings } from './zh-CN/settings';
import { setup } from './zh-CN/setup';
import { shell } from './zh-CN/shell';
import { signIn } from './zh-CN/signIn';
import { users } from './zh-CN/users';

/** The Chinese texts. */
export const zhCN: Translated<typeof en> = { common, shell, account, signIn, setup, profile, addresses, services, keys, keyForm, audit, settings, users, invitation, roles, access, permissions };
