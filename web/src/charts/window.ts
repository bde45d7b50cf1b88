// What part of a time a chart shows: zoomed, panned, and held inside the whole. All in Unix seconds.
const kShortest = 5 * 60;

// `wanted`, moved and shortened so that it lies inside `whole` and is not too short to see anything.
export function held([from, to]: [number, number], whole: [number, number]): [number, number] {
  const most = whole[1] - whole[0];
  const span = Math.min(most, Math.max(Math.min(kShortest, most), to - from));
  const middle = (from + to) / 2;
  const left = Math.min(Math.max(middle - span / 2, whole[0]), whole[1] - span);
  return [left, left + span];
}

export function scaledBy([from, to]: [number, number], factor: number): [number, number] {
  const middle = (from + to) / 2;
  const half = ((to - from) / 2) * factor;
  return [middle - half, middle + half];
}
