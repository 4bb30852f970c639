import { describe, expect, it } from 'vitest';

import { answers, failure } from '@/test/answers';

import { api, answerOf } from './client';
import { ApiError, apiErrorOf, ConnectionError } from './error';

describe('an error answer', () => {
  it('is taken apart into code, field and sentence', async () => {
    const error = await apiErrorOf(failure(400, 'BAD_REQUEST: ipAccessList[0].source: expected an address: "x" is none'));
    expect(error).toMatchObject({ status: 400, code: 'BAD_REQUEST', field: 'ipAccessList[0].source', sentence: 'Expected an address: "x" is none' });
  });

  it('may have no field', async () => {
    const error = await apiErrorOf(failure(401, 'UNAUTHENTICATED: The e-mail address or the password is not right'));
    expect(error.field).toBeUndefined();
    expect(error.sentence).toBe('The e-mail address or the password is not right');
  });

  it('says how long to wait', async () => {
    const error = await apiErrorOf(failure(429, 'RATE_LIMITED: Too many failures', { 'Retry-After': '30' }));
    expect(error.retryAfter).toBe(30);
  });

  it('may come from something before Gatehouse', async () => {
    const error = await apiErrorOf(new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }));
    expect(error).toMatchObject({ status: 502, code: '', sentence: '502 Bad Gateway', field: undefined });
  });
});

describe('the client', () => {
  it('throws what the server says', async () => {
    answers({ 'GET /v1/organizations': () => failure(403, 'FORBIDDEN: Not yours') });
    await expect(answerOf(api.GET('/v1/organizations'))).rejects.toBeInstanceOf(ApiError);
  });

  it('tells a lost connection from an answer', async () => {
    answers({
      'GET /v1/organizations': () => {
        throw new TypeError('Failed to fetch');
      },
    });
    await expect(answerOf(api.GET('/v1/organizations'))).rejects.toBeInstanceOf(ConnectionError);
  });
});
