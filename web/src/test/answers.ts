import { vi } from 'vitest';

/**
 * Stands in for the server: `answers({'GET /v1/organizations': {result: []}})`.
 * A value is a 200 with that body; a function gets the request and returns a
 * Response or such a value. Anything else asked for is a 404. Returns what was asked.
 */
export function answers(known: Record<string, object | ((request: Request) => unknown)>) {
  const asked: Request[] = [];
  vi.stubGlobal('fetch', async (input: Request) => {
    asked.push(input.clone());
    const answer = known[`${input.method} ${new URL(input.url).pathname}`];
    const body: unknown = isFunction(answer) ? await answer(input) : answer;
    if (body instanceof Response) return body;
    return answer === undefined ? failure(404, 'NOT_FOUND: There is no such path') : Response.json(body);
  });
  return asked;
}

/** An answer in the error envelope, such as `failure(400, 'BAD_REQUEST: name: …')`. */
export function failure(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ requestId: '0c2d6e4e-8f6e-4c1b-9d59-1a2b3c4d5e6f', error, status }, { status, headers });
}

function isFunction(answer: object | undefined): answer is (request: Request) => unknown {
  return typeof answer === 'function';
}
