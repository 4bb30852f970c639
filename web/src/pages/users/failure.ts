import type { TFunction } from 'i18next';

import { ApiError, errorText } from '@/api';

/** What to tell about a change to a person that was refused. What the server says most often is told in the language that is shown. */
export function refusalText(error: unknown, t: TFunction<'users'>): string {
  if (!(error instanceof ApiError)) return errorText(error);
  if (error.status === 409 && error.sentence.startsWith('At least one person')) return t('lastAdmin');
  const role = refusedRole(error);
  return role === undefined ? errorText(error) : t('roleTooMuch', { role });
}

/** Whether it is the roles that were refused, and not what they are for. */
export function isAboutRoles(error: unknown): boolean {
  return error instanceof ApiError && (refusedRole(error) !== undefined || Boolean(error.field?.startsWith('assignedRoleIds')));
}

/** Nobody grants what they do not hold: the sentence names the role. */
function refusedRole(error: ApiError): string | undefined {
  if (error.status !== 403) return undefined;
  return /^The role "(.+?)" allows more/.exec(error.sentence)?.[1];
}
