import type { signIn as english } from '../en/signIn';
import type { Translated } from '../types';

export const signIn: Translated<typeof english> = {
  title: '登录',
  submit: '登录',
  forgot: '忘记密码？',
  forgotText: '请联系此 Gatehouse 的运维人员获取重置链接。运维人员可在运行 Gatehouse 的机器上执行以下命令生成链接：',
  forgotCommand: '生成重置链接的命令',
  nobodyTitle: '欢迎使用 Gatehouse',
  nobodyText: '这里还没有任何用户。Gatehouse 首次启动时输出了一个设置链接，请打开该链接创建第一个账户。',
  nobodyLost: '该链接只能使用一次，24 小时内有效。在运行 Gatehouse 的机器上执行以下命令可生成新链接：',
  nobodyCommand: '生成设置链接的命令',
  codeTitle: '输入验证码',
  codeText: '正在以 {{email}} 登录。请打开身份验证器应用，输入其中为 Gatehouse 显示的验证码。',
  recoveryText: '正在以 {{email}} 登录。恢复码只能使用一次，登录后您会获得新的恢复码。',
  verify: '继续',
  otherAccount: '使用其他账户',
  newCodeTitle: '您的新恢复码',
  newCodeText: '您已登录。刚才使用的恢复码已失效，请改用下面这个新的恢复码。',
  goOn: '进入 Gatehouse',
};
