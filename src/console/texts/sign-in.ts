import { texts } from './texts.ts';

export const signIn = texts({
  'zh-CN': {
    title: '登录',
    login: '用户名',
    password: '密码',
    submit: '登录',
    needed: '请填写用户名和密码。',
    capsLock: '大写锁定已打开',
    first: '首次使用？在服务器上运行 npx carillon password，查看用户名和密码。',
    forgotten: '忘记密码？请管理员为您重设。',
    nothing: '您的账号还没有可用的页面：坐席需要管理员在“用户”中为其指定席位。',
  },
  en: {
    title: 'Sign in',
    login: 'User name',
    password: 'Password',
    submit: 'Sign in',
    needed: 'Enter the user name and the password.',
    capsLock: 'Caps Lock is on',
    first: 'The first time? Run npx carillon password on the server: it says both.',
    forgotten: 'Forgotten? An administrator can give you another password.',
    nothing:
      'There is no page for you yet: an agent needs a seat, which an administrator gives him under Users.',
  },
});
