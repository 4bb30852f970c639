import { reportConnection } from './connection';
import { apiErrorOf, ConnectionError } from './error';

/** Longer than any answer takes; a request that hangs counts as lost. */
const patience = 30_000;

const listeners = new Set<() => void>();

/** Calls the listener when an answer says that somebody is not signed in, or may not do what they could: who they are is to be asked again. */
export function onRefused(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Like fetch, but every failure is an ApiError or a ConnectionError. */
export async function send(request: Request): Promise<Response> {
  const response = await answered(request);
  reportConnection(response.status !== 503);
  if (response.ok) return response;
  if (refuses(request, response)) listeners.forEach((tell) => tell());
  throw await apiErrorOf(response);
}

function refuses({ url }: Request, { status }: Response) {
  const { pathname } = new URL(url);
  return (status === 401 && pathname !== '/auth/session') || ((status === 403 || status === 404) && pathname.startsWith('/v1/'));
}

async function answered(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(patience)]) });
  } catch (failure) {
    if (request.signal.aborted) throw failure; // nobody wants the answer any more
    reportConnection(false);
    throw new ConnectionError(failure);
  }
}
