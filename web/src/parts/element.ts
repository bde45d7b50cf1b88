// What every view is made of: an element that is drawn anew when something of the house changes, and knows its units.
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { FlowUnit, VolumeUnit } from '../api/client';
import { type House, house, WithHouse } from '../live/house';
import { parseRoute, type Route } from '../shell/route';

export abstract class HouseElement extends LitElement {
  protected readonly house: House = house;
  constructor() {
    super();
    new WithHouse(this);
  }

  // The site's, with something to draw with until they are known.
  protected get zone(): string {
    return this.house.devices?.time_zone ?? 'UTC';
  }
  protected get unit(): VolumeUnit {
    return this.house.devices?.unit ?? 'L';
  }
  protected get flowUnit(): FlowUnit {
    return this.house.devices?.flow_unit ?? 'L/min';
  }
}

export abstract class View extends HouseElement {
  @property({ attribute: false }) route: Route = parseRoute('');
}
