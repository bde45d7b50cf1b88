// What this browser remembers for the page: choices, and what must outlive it. Browsers that keep nothing for a page
// (with cookies off) only forget it.
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`millrace-${name}`);
  } catch {
    return null;
  }
}

// Null forgets it.
export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`millrace-${name}`);
    else localStorage.setItem(`millrace-${name}`, value);
  } catch {
    // Then it holds until the page is closed.
  }
}
