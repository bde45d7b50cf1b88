// The flow of the last hour, as it was told: at first from the history's minutes, then from each change the stream brings.
// It forgets what is older, and more than a few points a second, so that a page left open for weeks does not grow.
import type { FlowPoints } from '../charts/flow_plan';

export const kTraceS = 3600;
// A change may come each fifth of a second; more than these many are thinned to their newest.
export const kMostPoints = 4000;

export class FlowTrace {
  private times: number[] = []; // Unix seconds, rising; a flow holds until the next
  private flows: (number | null)[] = [];

  // What the history knows of the time before the first change.
  seed(minutes: readonly { start: number; flow: number }[]): void {
    const first = this.times[0] ?? Infinity;
    const before = minutes.filter((minute) => minute.start < first);
    this.times = [...before.map((minute) => minute.start), ...this.times];
    this.flows = [...before.map((minute) => minute.flow), ...this.flows];
  }

  add(time: number, flow: number | null): void {
    const last = this.times.length - 1;
    if (last >= 0 && this.flows[last] === flow) return;
    if (last >= 0 && time <= this.times[last]!) {
      this.flows[last] = flow;
      return;
    }
    this.times.push(time);
    this.flows.push(flow);
    this.forget(time - kTraceS);
  }

  // From `from` to `now`, with the flow that held at either end.
  points(from: number, now: number): FlowPoints {
    const first = Math.max(0, this.times.findLastIndex((time) => time <= from));
    const times = this.times.slice(first).map((time) => Math.max(time, from));
    const flows = this.flows.slice(first);
    if (times.length > 0 && times.at(-1)! < now) {
      times.push(now);
      flows.push(flows.at(-1)!);
    }
    return { times, flows };
  }

  get size(): number {
    return this.times.length;
  }

  private forget(before: number): void {
    // The newest of the old ones still says what held at the beginning.
    let gone = Math.max(0, this.times.findLastIndex((time) => time <= before));
    gone = Math.max(gone, this.times.length - kMostPoints);
    if (gone === 0) return;
    this.times.splice(0, gone);
    this.flows.splice(0, gone);
  }
}
