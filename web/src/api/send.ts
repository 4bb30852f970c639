import { reportConnection } from './connection';
import { apiErrorOf, ConnectionError } from './error';

/** Longer than any answer takes; a request that hangs counts as lost. */
const patience = 30_000;

const signedOutListeners = new Set<() => void>();

/** Calls the listener when an answer says that nobody is signed in. */
export function onUnauthenticated(listener: () => void) {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** Like fetch, but every failure is an ApiError or a ConnectionError. */
export async function send(request: Request): Promise<Response> {
  const response = await answered(request);
  reportConnection(response.status !== 503);
  if (response.ok) return response;
  if (response.status === 401 && !request.url.endsWith('/auth/session')) signedOutListeners.forEach((tell) => tell());
  throw await apiErrorOf(response);
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
