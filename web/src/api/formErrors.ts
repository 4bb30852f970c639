import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';

import { ApiError } from './error';
import { errorText } from './errorText';

/**
 * Shows a failure where it belongs: under the field that it names, else over the
 * form as `form.formState.errors.root`. `names` translates the API's field names
 * when the form's differ.
 */
export function showFormError<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  error: unknown,
  fields: readonly FieldPath<Values>[],
  names: Readonly<Record<string, FieldPath<Values>>> = {},
) {
  const named = error instanceof ApiError && error.field ? error.field : undefined;
  const field = named === undefined ? undefined : (names[named] ?? fields.find((known) => known === named));
  setError(field ?? 'root', { message: errorText(error) }, { shouldFocus: true });
}
