import { texts } from './texts.ts';

export const signIn = texts({
  'zh-CN': {
    title: '登录',
    login: '用户名',
    password: '密码',
    submit: '登录',
    needed: '请填写用户名和密码。',
    ended: '您的登录已失效，请重新登录；登录后会回到原来的页面。',
    capsLock: '大写锁定已打开',
    first: '首次使用？在服务器上运行 npx carillon password，查看用户名和密码。',
    forgotten: '忘记密码？请管理员为您重设。',
    nothing: '您的角色是“{role}”，这里没有供您使用的页面。',
    nothingAgent: '您还没有坐席，因此没有可用的页面。请管理员在“用户”中为您指定坐席，然后重新登录。',
  },
  en: {
    title: 'Sign in',
    login: 'User name',
    password: 'Password',
    submit: 'Sign in',
    needed: 'Enter the user name and the password.',
    ended: 'Your session has ended. Sign in again, and you are back where you were.',
    capsLock: 'Caps Lock is on',
    first: 'The first time? Run npx carillon password on the server: it says both.',
    forgotten: 'Forgotten? An administrator can give you another password.',
    nothing: 'Your role is “{role}”: there is no page for it here.',
    nothingAgent:
      'You have no seat yet, so there is no page for you. Ask an administrator to give you one under Users, then sign in again.',
  },
});
