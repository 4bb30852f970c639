import type { setup as english } from '../en/setup';
import type { Translated } from '../types';

export const setup: Translated<typeof english> = {
  opening: '请稍候…',
  checking: '正在检查链接。',
  title: '设置您的账户',
  text: '您将成为“{{organization}}”的管理员。',
  emailHint: '用于登录。',
  nameLabel: '您的姓名',
  submit: '创建账户',
  resetTitle: '设置新密码',
  resetNote: '您将在其他所有设备上退出登录；如果启用了双重验证，它也会被移除。您可以在个人资料中重新设置。',
  resetSubmit: '保存并登录',
  done: '您的账户已准备就绪',
  resetDone: '密码已更改',
  invalidTitle: '此链接无效',
  invalidText: '链接可能已被使用、已超过 24 小时有效期，或已被新的链接取代。',
  missingTitle: '链接不完整',
  missingText: '地址末尾必须包含链接中的代码。Gatehouse 会将其从地址栏中移除，因此重新加载页面后，请从原处再次打开该链接。',
  newSetup: '如需设置账户，请由运维人员在运行 Gatehouse 的机器上生成新链接：',
  newReset: '如需设置新密码：',
  setupCommand: '生成设置链接的命令',
  resetCommand: '生成重置链接的命令',
  signIn: '前往登录页',
  failedTitle: '无法检查此链接',
};
