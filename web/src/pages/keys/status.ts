import type { Schema } from '@/api';

/** As the server's filter knows them; `expiresSoon` is a part of `enabled`. */
export const statuses = ['enabled', 'expiresSoon', 'expired', 'disabled'] as const;
export type KeyStatus = (typeof statuses)[number];

const soon = 7 * 24 * 60 * 60 * 1000;

/** A disabled key is disabled, be it expired or not. */
export function statusOf(key: Schema<'ApiKey'>, now: number): KeyStatus {
  if (key.state === 'disabled') return 'disabled';
  if (key.expireAt === null) return 'enabled';
  const left = Date.parse(key.expireAt) - now;
  if (left <= 0) return 'expired';
  return left <= soon ? 'expiresSoon' : 'enabled';
}
