// Light, dark, or as the device has it. This choice is the browser's own, not the site's.
import { remember, remembered } from '../live/memory';

export type Theme = 'auto' | 'light' | 'dark';

const kChoice = 'theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export function chosenTheme(): Theme {
  const chosen = remembered(kChoice);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

// The document says which of the two it is, so that the colours of each stand in one place (style.css). Who has drawn with
// colours of before hears `millrace-theme`.
function applyTheme(): void {
  const theme = chosenTheme();
  document.documentElement.dataset['theme'] = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  window.dispatchEvent(new Event('millrace-theme'));
}

export function followTheme(): void {
  dark.addEventListener('change', applyTheme);
  applyTheme();
}

export function setTheme(theme: Theme): void {
  remember(kChoice, theme === 'auto' ? null : theme);
  applyTheme();
}
