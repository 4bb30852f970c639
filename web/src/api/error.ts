/** An answer that is not a success: what Gatehouse says of it, taken apart. */
export class ApiError extends Error {
  readonly status: number;
  /** Such as BAD_REQUEST; empty when the answer was not Gatehouse's. */
  readonly code: string;
  /** What the sentence is about, such as `name` or `ipAccessList[0].source`. */
  readonly field: string | undefined;
  /** To be shown: without code and field, its first letter a capital. */
  readonly sentence: string;
  /** Seconds to wait, of a 429. */
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(answer: Omit<ApiError, keyof Error>) {
    super(answer.sentence);
    this.name = 'ApiError';
    this.status = answer.status;
    this.code = answer.code;
    this.field = answer.field;
    this.sentence = answer.sentence;
    this.retryAfter = answer.retryAfter;
    this.requestId = answer.requestId;
  }
}

/** There was no answer: Gatehouse is not there, or the network is not. */
export class ConnectionError extends Error {
  constructor(cause?: unknown) {
    super('No answer', { cause });
    this.name = 'ConnectionError';
  }
}

/** Reads the error envelope, `{"error": "CODE: field: sentence", "requestId": "…"}`. */
export async function apiErrorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const retryAfter = Number(response.headers.get('Retry-After') ?? NaN);
  return new ApiError({
    status: response.status,
    ...parts(text(body, 'error') ?? `${response.status} ${response.statusText}`.trim()),
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
    requestId: text(body, 'requestId') ?? response.headers.get('X-Request-Id') ?? undefined,
  });
}

function parts(error: string): Pick<ApiError, 'code' | 'field' | 'sentence'> {
  const [, code = '', message = error] = /^([A-Z][A-Z_]*): (.*)$/s.exec(error) ?? [];
  const [, field, rest = message] = /^([A-Za-z][\w.[\]]*): (.*)$/s.exec(message) ?? [];
  return { code, field, sentence: rest.charAt(0).toUpperCase() + rest.slice(1) };
}

function text(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
