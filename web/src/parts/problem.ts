// What went wrong with something the user did or asked for, in the daemon's own words where it said any.
import { html, nothing } from 'lit';
import { Problem } from '../api/client';
import { t } from '../texts';

export function problemText(error: unknown): string {
  if (error instanceof Problem) return error.status === 0 ? t.shell.nobody : error.detail;
  return String(error);
}

export const problemNotice = (problem: string | null) =>
  problem === null || problem === '' ? nothing : html`<p class="notice bad" role="alert">${problem}</p>`;
