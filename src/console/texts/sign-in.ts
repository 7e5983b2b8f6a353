import { texts } from './texts.ts';

export const signIn = texts({
  'zh-CN': { title: '登录', login: '用户名', password: '密码', submit: '登录' },
  en: { title: 'Sign in', login: 'User name', password: 'Password', submit: 'Sign in' },
});
