import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import './theme.css';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n, wordsAreThere } from './language.ts';
import { resumePhone } from './phone/usePhone.ts';
import { router } from './router.ts';

// A talk whose page was loaded anew waits for nothing else.
resumePhone();
const app = createApp(App).use(i18n).use(router);
void wordsAreThere.then(() => app.mount('#app'));
