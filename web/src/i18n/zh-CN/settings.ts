import type { settings as english } from '../en/settings';
import type { Translated } from '../types';

export const settings: Translated<typeof english> = {
  title: '设置',
};
