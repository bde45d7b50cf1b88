// The public API, typed by its own document (schema.d.ts is generated from daemon/api/openapi.json by `npm run types`).
// Addresses are relative to the page, so that it works under any base path.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Devices = Schemas['Devices'];
export type Sensor = Schemas['Sensor'];
export type Bridge = Schemas['Bridge'];
export type Puck = Devices['pucks'][number];
export type Alarm = Schemas['Alarm'];
export type Status = Schemas['Status'];
export type Session = Schemas['Session'];
export type Usage = Schemas['Usage'];
export type UsageBucket = Schemas['UsageBucket'];
export type Use = Schemas['Use'];
export type VolumeUnit = Schemas['VolumeUnit'];
export type FlowUnit = Schemas['FlowUnit'];

// Longer than the daemon itself waits for its database.
const kAnswerLimitMs = 20_000;
// The status tells whether anybody is there.
export const kStatusLimitMs = 5_000;

// What is wrong with one field or parameter.
export interface FieldProblem {
  field: string;
  detail: string;
}

// What the daemon refused, or `status` 0 where nobody answered. `detail` is the daemon's own sentence, `errors` the same
// field by field where it said so.
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(detail);
  }
}

export const base = new URL('.', document.baseURI).href.replace(/\/$/, '');

// The limit holds for the body too, which is read later.
function patient(request: Request): Promise<Response> {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), request.url.endsWith('/api/v1/status') ? kStatusLimitMs : kAnswerLimitMs);
  return fetch(request, { signal: limit.signal });
}

export const api = createClient<paths, 'application/json'>({ baseUrl: base, fetch: patient });

// Tells `refused` when the daemon wants to know who asks, whoever asked.
export const refusals = new EventTarget();
const kUnauthorised = 401;

type Answer<T> = { data?: T; error?: unknown; response: Response };

// The body of an answer, or a Problem:  const usage = await said(api.GET('/api/v1/…', { … }))
// JSON only: what routes can say as CSV too is left out of the type.
export async function said<T>(asked: Promise<Answer<T>>): Promise<NonNullable<T>> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new Problem(0, '');
  }
  if (answer.response.status === kUnauthorised) refusals.dispatchEvent(new Event('refused'));
  if (answer.response.ok) return answer.data as NonNullable<T>;
  const errors = fieldProblems(answer.error);
  throw new Problem(answer.response.status, sentence(answer.error, errors) || `HTTP ${answer.response.status}`, errors);
}

function fieldProblems(error: unknown): FieldProblem[] {
  if (typeof error !== 'object' || error === null) return [];
  const { errors } = error as { errors?: { parameter?: string; field?: string; detail: string }[] };
  return (errors ?? []).map((one) => ({ field: one.parameter ?? one.field ?? '', detail: one.detail }));
}

// An RFC 9457 problem in one sentence, with what is wrong with each parameter or field.
function sentence(error: unknown, errors: readonly FieldProblem[]): string {
  if (errors.length > 0) return errors.map((one) => `${one.field}: ${one.detail}`).join('; ');
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? error : '';
  return (error as { detail?: string }).detail ?? '';
}
