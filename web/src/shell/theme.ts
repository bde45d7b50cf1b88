// Light, dark, or as the device has it. This choice is the browser's own, not the site's.
export type Theme = 'auto' | 'light' | 'dark';

const kChoice = 'millrace-theme';

export function chosenTheme(): Theme {
  const chosen = localStorage.getItem(kChoice);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  window.dispatchEvent(new Event('millrace-theme'));
}

export function setTheme(theme: Theme): void {
  if (theme === 'auto') localStorage.removeItem(kChoice);
  else localStorage.setItem(kChoice, theme);
  applyTheme();
}
