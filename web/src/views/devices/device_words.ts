// What devices say of themselves, raw, as the daemon keeps it: states, events, log lines and boots.
import { api, said } from '../../api/client';

export type Kind = 'bridge' | 'sensor';
export type Certainty = 'proven' | 'likely' | 'unknown';
export interface Meaning {
  name: string | null;
  unit: string | null;
  certainty: Certainty;
  note: string | null;
}
export interface StateReport {
  time: string;
  received: string;
  values: Record<string, number>;
}
export interface DeviceEvent extends Omit<Meaning, 'unit'> {
  time: string;
  received: string;
  type: string;
  restart: boolean;
  extra: string | null;
}
export interface LogLine {
  time: string;
  received: string;
  type: number;
  level: number;
  text: string;
}
export interface Boot {
  received: string;
  frames: number;
}
export interface Page<T> {
  next_cursor: string | null;
  items: T[];
}
interface Answers {
  states: Page<StateReport> & { kind: Kind; known: Record<string, Meaning> };
  events: Page<DeviceEvent>;
  logs: Page<LogLine>;
  boots: Page<Boot> & { looked_from: string | null };
}
export interface Query {
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
}

// The largest page that the daemon gives.
export const kLargestPage = 500;

type Get = (path: string, asked: { params: { path: { uuid: string }; query: Query } }) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
const get = api.GET as unknown as Get;

export const deviceWords = async <What extends keyof Answers>(what: What, uuid: string, query: Query): Promise<Answers[What]> =>
  (await said(get(`/api/v1/devices/{uuid}/${what}`, { params: { path: { uuid }, query } }))) as Answers[What];
