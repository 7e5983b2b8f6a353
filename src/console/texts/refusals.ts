import { texts } from './texts.ts';

/** What the API refused, by the id of the refusal; whatever is not here is shown in the API's own English words. */
export const refusals = texts({
  'zh-CN': {
    unexpected: '出现意外错误，请重试；若持续出现，请联系管理员。',
    unreachable: '无法连接服务器，请检查网络后重试。',
    unreadable: '服务器的回答无法识别，请重试。',
    forbidden: '您没有执行此操作的权限。',
    'bad-password': '用户名或密码不正确。',
    'too-many-requests': '操作过于频繁，请稍候一分钟再试。',
    'no-session': '登录已失效，请重新登录。',
  },
  en: {
    unexpected: 'Something went wrong. Try again; if it stays, tell your administrator.',
    unreachable: 'The server does not answer. Check the network and try again.',
    unreadable: 'The server gave an answer that cannot be read. Try again.',
    forbidden: 'You may not do this.',
    'bad-password': 'The user name or the password is not right.',
    'too-many-requests': 'Too many tries: wait a minute.',
    'no-session': 'You are no longer signed in. Sign in again.',
  },
});
