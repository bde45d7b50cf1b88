// Volumes of buckets of time as bars of several parts, one for each kind of use, the first at the bottom.
//
//   stackedPlan(buckets, ['shower', 'toilet'], 'L', zone, name)
import { categoryName, categoryProperty } from '../parts/categories';
import { t } from '../texts';
import { volumeWithUnit } from '../words/numbers';
import { type BarsFrame, barSeriesPlan, type Bucket } from './bars_plan';
import type { Plan } from './chart';

export interface SplitBucket extends Bucket {
  categories?: Record<string, number>;
}

export function stackedPlan(
  buckets: readonly SplitBucket[], categories: readonly string[], unit: string, zone: string,
  name: (bucket: Bucket) => string, frame: BarsFrame = {},
): Plan {
  const sums = buckets.map(() => 0);
  const stacks = categories.map((category) => ({
    colour: categoryProperty(category),
    label: categoryName(category),
    round: false,
    floors: [...sums],
    values: buckets.map((bucket, index) => (bucket.volume === null ? null : (sums[index]! += bucket.categories?.[category] ?? 0))),
  }));
  const describe = (bucket: SplitBucket) => {
    const lines = [...categories].reverse().flatMap((category) => {
      const volume = bucket.categories?.[category] ?? 0;
      return volume > 0 ? [t.charts.part(categoryName(category), volumeWithUnit(volume, unit))] : [];
    });
    if (bucket.previous_volume != null) lines.push(t.charts.beforeIt(volumeWithUnit(bucket.previous_volume, unit)));
    return [`${name(bucket)} · ${bucket.volume === null ? t.charts.unknown : volumeWithUnit(bucket.volume, unit)}`, ...lines].join('\n');
  };
  // So narrow that only columns of pixels are painted, all begin at zero; then the lower must come after the higher.
  return barSeriesPlan(buckets, unit, zone, describe, frame, stacks.reverse(), `stacked ${categories.join()}`);
}
