// The kinds of use: their order, signs and colours.
import { svg } from 'lit';
import { t } from '../texts';

export const categories = [
  'toilet', 'shower', 'bath', 'faucet', 'clothes_washer', 'dishwasher', 'irrigation', 'hose', 'softener', 'leak', 'other',
] as const;
export type Category = (typeof categories)[number];

// Paths in a box of 24.
const paths: Record<Category | 'uncategorised', string> = {
  toilet: 'M7 3h4v7H7zM5.500 10h13c0 3.500-2 5.500-5 6.200V21H8.500v-4.800C6.500 15 5.500 12.800 5.500 10z',
  shower: 'M4 21V6.500a3 3 0 0 1 6 0V8M6.500 11a3.500 3.500 0 0 1 7 0zM7.500 14v1.500M10 14v4M12.500 14v1.500M16 4h4',
  bath: 'M3 12h18v2a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5zM6 12V6a2.200 2.200 0 0 1 4.400 0M7 19v2M17 19v2',
  faucet: 'M4 10h9a5 5 0 0 1 5 5h-4a1.500 1.500 0 0 0-1.500-1.500H4zM9 10V6M6 6h6M16 18v.1M16 21v.1',
  clothes_washer: 'M5 3h14v18H5zM5 7h14M12 10a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM8 5v.1M9 14.500c1.500-1 4 1 6-.5',
  dishwasher: 'M5 3h14v18H5zM5 7h14M8 5v.1M9 17a3 3 0 0 1 6 0zM12 14v-3.500M9 12v-1M15 12v-1',
  irrigation: 'M12 21v-7M10 14h4M12 11c0-3-2-5-5-5M12 11c0-3 2-5 5-5M12 11V5M8 21h8',
  hose: 'M4 8h5a3 3 0 0 1 3 3v5a3 3 0 0 0 6 0v-2M16.500 14h3V9.500h-3zM18 6.500V5M15.500 6.500L14.500 5M20.500 6.500L21.500 5',
  softener: 'M8 4h8v3H8zM7 7h10v14H7zM7 12c1.700-1 3.300 1 5 0s3.300 1 5 0M10 16h.1M13.500 17.500h.1',
  leak: 'M12 3c4 5 6.500 8.200 6.500 11.500a6.500 6.500 0 0 1-13 0C5.500 11.200 8 8 12 3zM12 9.500v4.500M12 17v.1',
  other: 'M12 4c3.500 4.400 5.500 7.200 5.500 10a5.500 5.500 0 0 1-11 0C6.500 11.200 8.500 8.400 12 4z',
  uncategorised: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 17.500v.1',
};

const isCategory = (name: string | null): name is Category => (categories as readonly (string | null)[]).includes(name);
// A kind that this page does not know yet is shown as some other.
const known = (name: string | null): Category | 'uncategorised' => name === null || name === 'uncategorised' ? 'uncategorised' : isCategory(name) ? name : 'other';

export const categoryName = (name: string | null): string => t.words.categories[name ?? 'uncategorised'] ?? name ?? '';
// The custom property that has its colour.
export const categoryProperty = (name: string | null): string => `--use-${known(name)}`;
export const categoryColour = (name: string | null): string => `var(${categoryProperty(name)})`;
export const categoryIcon = (name: string | null, size = 22) => svg`<svg viewBox="0 0 24 24" width=${size} height=${size}
  aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.700" stroke-linecap="round" stroke-linejoin="round"><path d=${paths[known(name)]}></path></svg>`;
