import i18next from 'i18next';

import { ApiError, ConnectionError } from './error';

/** What to tell a person about a failure. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.sentence;
  if (error instanceof ConnectionError) return i18next.t('connectionFailed');
  return i18next.t('somethingFailed');
}
