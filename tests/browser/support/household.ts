// The water of a household, the same in each run: what has passed its meter, as a trace for `millrace simulate --trace`.

// Park and Miller's; a test needs no better one.
function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
}

interface Draw {
  at: number; // seconds of the day
  lasts: number; // seconds
  perMinute: number; // litres
}

function day(number: number, roll: () => number): Draw[] {
  const about = (value: number, share = 0.2) => value * (1 + share * (2 * roll() - 1));
  const at = (hour: number) => Math.round(about(hour * 3600, 0.04));
  const draws: Draw[] = [];
  for (const hour of [6.5, 7.2, 9, 12.4, 15, 18.3, 20, 22.6]) draws.push({ at: at(hour), lasts: Math.round(about(50)), perMinute: about(7, 0.05) }); // toilet
  for (const hour of [6.8, 7.6]) draws.push({ at: at(hour), lasts: Math.round(about(400)), perMinute: about(8.5) }); // shower
  for (const hour of [7.9, 12.7, 13.1, 18.8, 19.4, 21.5]) draws.push({ at: at(hour), lasts: Math.round(about(30, 0.6)), perMinute: about(4, 0.4) }); // tap
  if (number % 3 === 0) for (const hour of [10, 10.4, 10.8]) draws.push({ at: at(hour), lasts: 110, perMinute: 10 }); // washing
  if (number % 2 === 0) draws.push({ at: 5 * 3600, lasts: 1500, perMinute: 14 }); // garden
  return draws.sort((a, b) => a.at - b.at);
}

// From `first` to a few minutes before `last` (Unix seconds), one row where the flow changes.
export function householdTrace(first: number, last: number): string {
  const roll = dice(7);
  const rows = [[first, 0]];
  let millilitres = 0;
  let until = first;
  for (let midnight = first, number = 0; midnight < last; midnight += 86_400, ++number) {
    for (const { at, lasts, perMinute } of day(number, roll)) {
      const start = Math.max(midnight + at, until + 10);
      if (start + lasts > last - 300) break;
      for (let second = 0; second <= lasts; second += 5) rows.push([start + second, Math.round(millilitres + (second * perMinute * 1000) / 60)]);
      millilitres = rows.at(-1)![1]!;
      until = rows.at(-1)![0]!;
    }
  }
  return `unix_timestamp,cumulative_ml\n${rows.map((row) => row.join(',')).join('\n')}\n`;
}
