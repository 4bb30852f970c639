import i18next from 'i18next';
import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';

import { ApiError, errorText, showFormError } from '@/api';

/** What the server says most often about accounts, in the language that is shown. */
const known = {
  'The e-mail address or the password is not right': 'wrongCredentials',
  'This code is not right': 'wrongCode',
  'This is not your password': 'wrongPassword',
} as const;

/** What to tell a person whom Gatehouse did not let through. */
export function accountErrorText(error: unknown): string {
  if (!(error instanceof ApiError)) return errorText(error);
  if (error.status === 429) {
    return error.retryAfter === undefined ? i18next.t('account:throttled') : i18next.t('account:throttledFor', { wait: inWords(error.retryAfter) });
  }
  const key = Object.entries(known).find(([sentence]) => sentence === error.sentence)?.[1];
  return key ? i18next.t(`account:${key}`) : errorText(error);
}

/** Like showFormError, in those words. */
export function showAccountError<Values extends FieldValues>(setError: UseFormSetError<Values>, error: unknown, fields: readonly FieldPath<Values>[]) {
  showFormError<Values>((name, shown, options) => setError(name, { ...shown, message: accountErrorText(error) }, options), error, fields);
}

/** Such as "5 minutes": never less than the time that it really takes. */
function inWords(seconds: number): string {
  const [value, unit] = seconds > 60 ? [Math.ceil(seconds / 60), 'minute'] : [Math.max(1, Math.ceil(seconds)), 'second'];
  return new Intl.NumberFormat(i18next.language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
