import { computed } from 'vue';
import { me } from '../../session.ts';

/** Whether whoever is signed in keeps campaigns and their lists. */
export const mayKeep = computed(() => me.value?.role === 'campaign' || me.value?.role === 'admin');

/** Whether he says that they dial, and how fast. */
export const mayDirect = computed(() => mayKeep.value || me.value?.role === 'supervisor');

/** Whether he may see numbers and rows as they are written. */
export const maySeeRows = computed(() => mayKeep.value || me.value?.role === 'auditor');

export const STATUS_TAGS = {
  stopped: 'info',
  running: 'success',
  paused: 'warning',
  draining: 'warning',
} as const;
