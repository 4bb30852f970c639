import type { audit as english } from '../en/audit';
import type { Translated } from '../types';

export const audit: Translated<typeof english> = {
  title: '审计',
};
