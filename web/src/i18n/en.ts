import { access } from './en/access';
import { account } from './en/account';
import { addresses } from './en/addresses';
import { audit } from './en/audit';
import { common } from './en/common';
import { invitation } from './en/invitation';
import { keyForm } from './en/keyForm';
import { keys } from './en/keys';
import { permissions } from './en/permissions';
import { profile } from './en/profile';
import { roles } from './en/roles';
import { services } from './en/services';
import { settings } from './en/settings';
import { setup } from './en/setup';
import { shell } from './en/shell';
import { signIn } from './en/signIn';
import { users } from './en/users';

/** The English texts, one namespace per page. */
export const en = { common, shell, account, signIn, setup, profile, addresses, services, keys, keyForm, audit, settings, users, invitation, roles, access, permissions } as const;
