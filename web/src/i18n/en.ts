import { account } from './en/account';
import { audit } from './en/audit';
import { common } from './en/common';
import { keyForm } from './en/keyForm';
import { keys } from './en/keys';
import { profile } from './en/profile';
import { settings } from './en/settings';
import { setup } from './en/setup';
import { shell } from './en/shell';
import { signIn } from './en/signIn';

/** The English texts, one namespace per page. */
export const en = { common, shell, account, signIn, setup, profile, keys, keyForm, audit, settings } as const;
