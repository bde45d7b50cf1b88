// What every view is made of: an element that is drawn anew when something of the house changes.
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { type House, house, WithHouse } from '../live/house';
import { parseRoute, type Route } from '../shell/route';

export abstract class HouseElement extends LitElement {
  protected readonly house: House = house;
  constructor() {
    super();
    new WithHouse(this);
  }
}

export abstract class View extends HouseElement {
  @property({ attribute: false }) route: Route = parseRoute('');

  protected get zone(): string {
    return this.house.devices?.time_zone ?? 'UTC';
  }
  protected get unit(): string {
    return this.house.devices?.unit ?? 'L';
  }
  protected get flowUnit(): string {
    return this.house.devices?.flow_unit ?? 'L/min';
  }
}
