// Light, dark, or as the device has it. This choice is the browser's own, not the site's.
import { remember, remembered } from '../live/memory';

export type Theme = 'auto' | 'light' | 'dark';

const kChoice = 'theme';

export function chosenTheme(): Theme {
  const chosen = remembered(kChoice);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  window.dispatchEvent(new Event('millrace-theme'));
}

export function setTheme(theme: Theme): void {
  remember(kChoice, theme === 'auto' ? null : theme);
  applyTheme();
}
