// Uses with the names that people give them.
import { base, Problem, said, api, type Schemas, type Use } from '../../api/client';

interface Said {
  id: string | null; // null while it is under way
  category: string | null;
  category_source: 'owner' | 'learned' | null; // learned: a guess
  name: string | null;
  alarm: number | null; // whose water it is
}
export type NamedUse = Omit<Use, keyof Said> & Said;
export type NamedPage = Omit<Schemas['UsePage'], 'items' | 'open'> & { items: NamedUse[]; open: NamedUse | null };

// Null takes back what was said before.
export interface Naming {
  category: string | null;
  name: string | null;
  by: string;
}

// What the longest day of a house has many times over.
const kMostOfADay = 2000;

export const askUses = (uuid: string, from: number, to: number, cursor: string | null): Promise<NamedPage> =>
  said(
    api.GET('/api/v1/sensors/{uuid}/uses', {
      params: {
        path: { uuid },
        query: {
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
          limit: kMostOfADay,
          ...(cursor === null ? {} : { cursor }),
        },
      },
    }),
  ) as unknown as Promise<NamedPage>;

export async function nameUse(uuid: string, id: string, naming: Naming): Promise<void> {
  const address = `${base}/api/v1/sensors/${encodeURIComponent(uuid)}/uses/${encodeURIComponent(id)}`;
  const request = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(naming) };
  const response = await fetch(address, request).catch(() => null);
  if (response === null) throw new Problem(0, '');
  if (response.ok) return;
  const problem = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new Problem(response.status, problem.detail ?? `HTTP ${response.status}`);
}

// All of a range as CSV, as far as one answer goes.
export function csvAddress(uuid: string, from: number, to: number): string {
  const query = new URLSearchParams({
    from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: String(kMostOfADay), format: 'csv',
  });
  return `./api/v1/sensors/${encodeURIComponent(uuid)}/uses?${query}`;
}
