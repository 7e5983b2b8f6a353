import { watchEffect } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import { whenSignedOut } from './api.ts';
import { i18n, wordsAreThere } from './language.ts';
import { homeOf, isFor, PAGES } from './navigation.ts';
import Shell from './Shell.vue';
import { me, whoAmI } from './session.ts';

/** The pages of the console. Whoever is not signed in goes to the sign-in page, and comes back from there. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/floor/wall', name: 'floorWall', component: () => import('./pages/floor/Wall.vue') },
    { path: '/sign-in', name: 'signIn', component: () => import('./pages/sign-in/SignIn.vue') },
    {
      path: '/',
      component: Shell,
      children: PAGES.map(({ name, path, show }) => ({ name, path, component: show })),
    },
    { path: '/nothing', name: 'nothing', component: () => import('./pages/sign-in/Nothing.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
});

router.beforeEach(async (to) => {
  await whoAmI().catch(() => undefined);
  const user = me.value;
  if (!user) return to.name === 'signIn' ? true : { name: 'signIn', query: { to: to.fullPath } };
  const home = homeOf(user)?.path ?? '/nothing';
  if (to.name === 'signIn') return home;
  const page = PAGES.find(({ name }) => name === to.name);
  return page && !isFor(page, user) ? home : true;
});

function nameTheTab(): void {
  const { t, te } = i18n.global;
  const key = `navigation.${String(router.currentRoute.value.name)}`;
  document.title = `${t(te(key) ? key : 'signIn.title')} · Carillon`;
}
void wordsAreThere.then(() => watchEffect(nameTheTab));

whenSignedOut(() => {
  const { name, fullPath } = router.currentRoute.value;
  // The way to the first page leads there by itself.
  if (name !== undefined && name !== 'signIn') void router.push({ name: 'signIn', query: { to: fullPath } });
});
