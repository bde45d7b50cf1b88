// What can be read on the page, in its shadow trees too.
import type { Page } from '@playwright/test';

// Everything but code, which is no language: text nodes, and what screen readers are told.
export function visibleTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>();
    const add = (text: string | null) => {
      const clean = (text ?? '').replace(/\s+/g, ' ').trim();
      if (/\p{L}{2}/u.test(clean)) found.add(clean);
    };
    const walk = (node: Node): void => {
      if (node instanceof Text) return add(node.data);
      if (node instanceof Element) {
        if (['CODE', 'PRE', 'STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName)) return;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) add(node.getAttribute(name));
        if (node.shadowRoot !== null) for (const child of node.shadowRoot.childNodes) walk(child);
      }
      for (const child of node.childNodes) walk(child);
    };
    walk(document.body);
    add(document.title);
    return [...found];
  });
}
