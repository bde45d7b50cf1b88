// Each unit of volume is a whole number of nanolitres, so that sums with them are exact.
import type { VolumeUnit } from '../../api/client';

export const nanolitresOf: Record<VolumeUnit, bigint> = {
  L: 1_000_000_000n,
  m3: 1_000_000_000_000n,
  gal: 3_785_411_784n,
  ft3: 28_316_846_592n,
  ccf: 2_831_684_659_200n,
};
