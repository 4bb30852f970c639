import type { addresses as english } from '../en/addresses';
import type { Translated } from '../types';

export const addresses: Translated<typeof english> = {
  source: 'IP 地址或范围',
  sourceOf: 'IP 地址或范围 {{number}}',
  description: '说明',
  descriptionOf: '说明 {{number}}',
  descriptionPlaceholder: '例如：办公室',
  add: '添加位置',
  addMine: '添加我的地址',
  mineAdded: '您的地址 {{address}} 已在列表中。',
  mine: '我的地址',
  remove: '移除位置 {{number}}',
  sourceMissing: '请输入地址，或移除此位置。',
  sourceWrong: '这不是有效的 IP 地址或 CIDR 范围，例如 203.0.113.7 或 203.0.113.0/24。',
  descriptionTooLong: '说明最多 255 个字符。',
  descriptionControls: '说明不能包含控制字符。',
};
