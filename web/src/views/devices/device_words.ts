// What devices say of themselves, raw, as the daemon keeps it: states, events, log lines and boots.
import { api, said, type Schemas } from '../../api/client';

export type Kind = Schemas['StatePage']['kind'];
export type Certainty = Schemas['Certainty'];
export type Meaning = Schemas['StateMeaning'];
export type StateReport = Schemas['StateReport'];
export type DeviceEvent = Schemas['DeviceEvent'];
export type LogLine = Schemas['DeviceLogLine'];

export interface Query {
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
}

// The largest page that the daemon gives.
export const kLargestPage = 500;

const asked = (uuid: string, query: Query) => ({ params: { path: { uuid }, query } });

export const statesOf = (uuid: string, query: Query) => said(api.GET('/api/v1/devices/{uuid}/states', asked(uuid, query)));
export const eventsOf = (uuid: string, query: Query) => said(api.GET('/api/v1/devices/{uuid}/events', asked(uuid, query)));
export const logsOf = (uuid: string, query: Query) => said(api.GET('/api/v1/devices/{uuid}/logs', asked(uuid, query)));
export const bootsOf = (uuid: string, query: Query) => said(api.GET('/api/v1/devices/{uuid}/boots', asked(uuid, query)));
