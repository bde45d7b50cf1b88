// A trace of each sensor's flow, fed by the stream whatever view is looked at. They begin anew in another unit.
import { FlowTrace } from './flow_trace';
import { house } from './house';

const traces = new Map<string, FlowTrace>();
let unit = '';

export function traceOf(sensor: string): FlowTrace {
  let trace = traces.get(sensor);
  if (trace === undefined) traces.set(sensor, (trace = new FlowTrace()));
  return trace;
}

function note(): void {
  const flowUnit = house.devices?.flow_unit ?? unit;
  if (unit !== '' && flowUnit !== unit) traces.clear();
  unit = flowUnit;
  for (const sensor of house.devices?.sensors ?? []) {
    const bridge = house.devices?.bridges.find((one) => one.uuid === sensor.bridge);
    const heard = house.connection === 'live' && bridge?.connected !== false;
    traceOf(sensor.uuid).add(house.now() / 1000, heard ? sensor.flow : null);
  }
}

house.addEventListener('change', note);
