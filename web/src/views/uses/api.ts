// What the view of uses asks and says.
import { api, Problem, said, type Schemas } from '../../api/client';

// Null takes back what was said before.
export type Naming = Schemas['UseLabelRequest'];

// What the longest day of a house has many times over.
const kMostOfADay = 2000;

export const askUses = (uuid: string, from: number, to: number, cursor: string | null) =>
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
  );

export const nameUse = (uuid: string, id: string, naming: Naming) =>
  said(api.PUT('/api/v1/sensors/{uuid}/uses/{id}', { params: { path: { uuid, id } }, body: naming }));

// What was said of uses goes for others of the last four weeks too.
export const judgeAgain = (uuid: string) => said(api.POST('/api/v1/sensors/{uuid}/categories/judge-again', { params: { path: { uuid } } }));

const kNotFound = 404;

// What used the water; null from a daemon that cannot tell.
export async function askCategories(uuid: string): Promise<Schemas['Categories'] | null> {
  try {
    return await said(api.GET('/api/v1/sensors/{uuid}/categories', { params: { path: { uuid } } }));
  } catch (error) {
    if (error instanceof Problem && error.status === kNotFound) return null;
    throw error;
  }
}

// All of a range as CSV, as far as one answer goes.
export function csvAddress(uuid: string, from: number, to: number): string {
  const query = new URLSearchParams({
    from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: String(kMostOfADay), format: 'csv',
  });
  return `./api/v1/sensors/${encodeURIComponent(uuid)}/uses?${query}`;
}
