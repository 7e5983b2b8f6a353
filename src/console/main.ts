import 'element-plus/dist/index.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import './theme.css';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './language.ts';
import { resumePhone } from './phone/usePhone.ts';
import { router } from './router.ts';

// A talk whose page was loaded anew waits for nothing else.
resumePhone();
createApp(App).use(i18n).use(router).mount('#app');
