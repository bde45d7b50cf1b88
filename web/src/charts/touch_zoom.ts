// Two fingers on a chart zoom and pan it in time; one finger walks along it and leaves the page's own scrolling alone
// (touch-action: pan-y on the plot).
import type uPlot from 'uplot';

export interface TouchTarget {
  shown: () => [number, number]; // what the chart shows, in its x values
  show: (from: number, to: number) => void; // while fingers move
  settle: () => void; // when they are lifted
}

// The window after two fingers that stood at `a` and `b` (shares of the width, 0 to 1) have moved to `c` and `d`: what
// was under each finger stays under it.
export function pinched([from, to]: [number, number], a: number, b: number, c: number, d: number): [number, number] {
  const span = to - from;
  const nearest = 0.02; // fingers on one spot would make the span endless
  const apart = Math.max(Math.abs(d - c), nearest) * (d >= c ? 1 : -1);
  const before = Math.max(Math.abs(b - a), nearest) * (b >= a ? 1 : -1);
  const scaled = span * Math.abs(before / apart);
  const middle = from + ((a + b) / 2) * span;
  const left = middle - ((c + d) / 2) * scaled;
  return [left, left + scaled];
}

export function touchZoom(target: TouchTarget): uPlot.Plugin {
  return {
    hooks: {
      ready: [
        (plot) => {
          const { over } = plot;
          const fingers = new Map<number, number>(); // where each began, as a share of the width
          const places = new Map<number, number>(); // where each is
          let began: [number, number] = [0, 0];
          const share = (event: PointerEvent) => {
            const box = over.getBoundingClientRect();
            return (event.clientX - box.left) / Math.max(1, box.width);
          };
          const begin = () => {
            began = target.shown();
            for (const [finger, place] of places) fingers.set(finger, place);
          };
          over.addEventListener('pointerdown', (event) => {
            if (event.pointerType !== 'touch') return;
            places.set(event.pointerId, share(event));
            if (places.size <= 2) begin();
          });
          over.addEventListener('pointermove', (event) => {
            if (!places.has(event.pointerId)) return;
            places.set(event.pointerId, share(event));
            if (places.size === 1) plot.setCursor({ left: share(event) * over.clientWidth, top: event.offsetY });
            if (places.size !== 2) return;
            const [first, second] = [...places.keys()] as [number, number];
            const [from, to] = pinched(began, fingers.get(first)!, fingers.get(second)!, places.get(first)!, places.get(second)!);
            target.show(from, to);
          });
          const end = (event: PointerEvent) => {
            const two = places.size === 2;
            places.delete(event.pointerId);
            fingers.delete(event.pointerId);
            if (two) target.settle();
            begin();
          };
          over.addEventListener('pointerup', end);
          over.addEventListener('pointercancel', end);
        },
      ],
    },
  };
}
