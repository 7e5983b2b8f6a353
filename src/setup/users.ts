import type { Database } from '../store/connect.ts';
import { Passwords } from '../user/password.ts';
import { type User, UserStore } from '../user/store.ts';

/** Login of the first user, who may do all. */
export const FIRST_LOGIN = 'admin';

type Person = Pick<User, 'login' | 'name' | 'role' | 'branch'> & { readonly agentId?: string };

const FIRST: Person = { login: FIRST_LOGIN, name: '系统管理员', role: 'admin', branch: '' };

/** Somebody of every role; those who serve callers have their agent's seat and belong where he does. */
const DEMONSTRATION: readonly Person[] = [
  FIRST,
  { login: 'supervisor', name: '赵敏', role: 'supervisor', branch: '', agentId: '1007' },
  { login: 'chenjing', name: '陈静', role: 'supervisor', branch: 'wuhan', agentId: '1005' },
  { login: 'zhangwei', name: '张伟', role: 'agent', branch: 'jinrongjie', agentId: '1001' },
  { login: 'wangfang', name: '王芳', role: 'agent', branch: 'jinrongjie', agentId: '1002' },
  { login: 'lina', name: '李娜', role: 'agent', branch: 'guanggu', agentId: '1003' },
  { login: 'liuyang', name: '刘洋', role: 'agent', branch: 'guanggu', agentId: '1004' },
  { login: 'campaign', name: '何洁', role: 'campaign', branch: '' },
  { login: 'approver', name: '郭敬', role: 'approver', branch: '' },
  { login: 'auditor', name: '唐宁', role: 'auditor', branch: '' },
];

/**
 * Sees to it that somebody can sign in: where there is no user yet, it puts in those of the demonstration centre or, in a centre that
 * was there before there were users, the first admin. All of them have `password`.
 * @param now UTC ms
 */
export async function ensureUsers(
  database: Database,
  password: string,
  isDemonstration: boolean,
  now: number,
): Promise<void> {
  const users = new UserStore(database);
  if ((await users.count()) > 0) return;
  // One password, so one hash: it takes its time.
  const passwordHash = await new Passwords().hash(password);
  for (const person of isDemonstration ? DEMONSTRATION : [FIRST])
    await users.add({
      ...person,
      id: `u-${person.login}`,
      passwordHash,
      passwordChangedAt: now,
      createdAt: now,
    });
}
