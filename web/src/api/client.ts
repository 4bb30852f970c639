import createClient from 'openapi-fetch';

import type { components, paths } from './schema.gen';
import { send } from './send';

/** The API's schemas, as in `Schema<'ApiKey'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/**
 * The client of /v1. Paths, parameters, bodies and answers are typed by our
 * OpenAPI document; the session's cookie goes along by itself.
 */
export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? '' : location.origin,
  credentials: 'same-origin',
  fetch: send,
});

/**
 * The body of a successful answer: `await answerOf(api.GET('/v1/organizations'))`.
 * Anything else is thrown as ApiError or ConnectionError.
 */
export async function answerOf<Body>(call: Promise<{ data?: Body }>): Promise<NonNullable<Body>> {
  const { data } = await call;
  if (data === undefined || data === null) throw new Error('an answer without a body');
  return data;
}
