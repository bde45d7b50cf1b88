// The views, each loaded when it is first looked at, so that the first page stays small.
import { html, type TemplateResult } from 'lit';
import type { Route } from './route';

interface ViewEntry {
  load: () => Promise<unknown>;
  draw: (route: Route) => TemplateResult;
  icon: string; // a path in a box of 24
}

const views: Record<string, ViewEntry> = {
  now: {
    load: () => import('../views/now/now_view'),
    draw: (route) => html`<mr-now .route=${route}></mr-now>`,
    icon: 'M12 3c4 5 6.500 8.200 6.500 11.500a6.500 6.500 0 0 1-13 0C5.500 11.200 8 8 12 3z',
  },
  history: {
    load: () => import('../views/history/history_view'),
    draw: (route) => html`<mr-history .route=${route}></mr-history>`,
    icon: 'M4 20V11M10 20V5M16 20v-7M21 20H3',
  },
  uses: {
    load: () => import('../views/uses/uses_view'),
    draw: (route) => html`<mr-uses .route=${route}></mr-uses>`,
    icon: 'M4 6h10M4 12h16M4 18h7',
  },
  leaks: {
    load: () => import('../views/leaks/leaks_view'),
    draw: (route) => html`<mr-leaks .route=${route}></mr-leaks>`,
    icon: 'M12 4l9 16H3zM12 10v5M12 17.500v.5',
  },
  devices: {
    load: () => import('../views/devices/devices_view'),
    draw: (route) => html`<mr-devices .route=${route}></mr-devices>`,
    icon: 'M6 4h12v7H6zM12 11v4M8 20a4 4 0 0 1 8 0',
  },
  network: {
    load: () => import('../views/network/network_view'),
    draw: (route) => html`<mr-network .route=${route}></mr-network>`,
    icon: 'M4 9c5-5 11-5 16 0M7 13c3-3 7-3 10 0M10 17c1.200-1.200 2.800-1.200 4 0',
  },
  settings: {
    load: () => import('../views/settings/settings_view'),
    draw: (route) => html`<mr-settings .route=${route}></mr-settings>`,
    icon: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  },
  setup: {
    load: () => import('../views/setup/setup_view'),
    draw: (route) => html`<mr-setup .route=${route}></mr-setup>`,
    icon: 'M5 12l4 4L19 6',
  },
};

export const viewOf = (name: string): ViewEntry | undefined => (Object.hasOwn(views, name) ? views[name] : undefined);

// What stands in the navigation, in order; the rest of a phone's bar is behind "More".
export const navigation = ['now', 'history', 'uses', 'leaks', 'devices', 'network', 'settings', 'setup'] as const;
export const kOnPhoneBar = 4;
