// What the view of uses asks and says.
import { api, said, type Schemas } from '../../api/client';

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

// All of a range as CSV, as far as one answer goes.
export function csvAddress(uuid: string, from: number, to: number): string {
  const query = new URLSearchParams({
    from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: String(kMostOfADay), format: 'csv',
  });
  return `./api/v1/sensors/${encodeURIComponent(uuid)}/uses?${query}`;
}
