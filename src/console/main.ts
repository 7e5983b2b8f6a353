import 'element-plus/dist/index.css';
import 'element-plus/theme-chalk/dark/css-vars.css';
import './theme.css';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './language.ts';
import { router } from './router.ts';

createApp(App).use(i18n).use(router).mount('#app');
