import type { invitation as english } from '../en/invitation';
import type { Translated } from '../types';

export const invitation: Translated<typeof english> = {
  join: '加入“{{organization}}”',
  offer_other: '{{email}} 受邀加入，角色为 {{roles}}。',
  offerPlain: '{{email}} 受邀加入。',
  signInText: '您已有账户，登录后即可加入。',
  newText: '请设置姓名和密码以加入。',
  createAndJoin: '创建账户并加入',
  providerNote: '请使用地址为 {{email}} 的账户。登录后即可看到此邀请。',
  notNow: '以后再说',
  elseTitle: '此邀请是发给其他人的',
  elseText: '该链接邀请 {{invited}} 加入“{{organization}}”，而您当前以 {{email}} 登录。如需接受邀请，请先退出登录。',
  signOut: '退出登录并继续',
  stay: '保持以 {{email}} 登录',
  invalidTitle: '此邀请已失效',
  invalidText: '邀请可能已被接受、已被撤销，或已超过 7 天有效期。请联系邀请您的人重新发送。',
  invalidJoined: '如果您已经加入，直接登录即可。',
};
