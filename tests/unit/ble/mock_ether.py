"""What clients of the mock advertise and notify by one adapter, heard by another: as if both were in one room."""
BTHOME = "0000fcd2-0000-1000-8000-00805f9b34fb"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"


class Ether:
    def __init__(self, air):
        self.air, self.listener = air, None  # the name of the adapter that hears the others; none: nothing is carried
        self.adapters = {}      # by the client's name on the bus: the adapter that it has registered something with
        self.applications = {}  # by the client's name: its service's UUID, its characteristic's, and that one's path
        self.subscribed = set()  # clients whose notifications the listener has switched on

    def address_of(self, client):
        return self.adapters[client].values["Address"]

    def offers_at(self, address):
        """Service and characteristic; the client that advertises them need not be the one that has them."""
        found = [offer[:2] for client, offer in self.applications.items() if self.address_of(client) == address]
        return list(found[0]) if found else None

    def on_client_objects(self, client, objects):
        found = {kind: (path, interfaces[kind]["UUID"]) for path, interfaces in objects.items()
                 for kind in (SERVICE, CHARACTERISTIC) if kind in interfaces}
        if len(found) == 2:
            self.applications[client] = (found[SERVICE][1], found[CHARACTERISTIC][1], found[CHARACTERISTIC][0])

    def on_client_words(self, client, words):
        """An advertisement's content, what has changed of it, or the value that is notified."""
        if not self.listener or client not in self.adapters:
            return
        address = self.address_of(client)
        if "Value" in words and client in self.subscribed:
            self.air.notify(self.listener, address, [words["Value"]])
        if "ServiceData" not in words and "Type" not in words:  # the latter is of every advertisement that is registered
            return
        data = words.get("ServiceData", {}).get(BTHOME, [])
        if self.air.device_at(self.listener, address) is None:
            self.air.device(self.listener, address, name=words.get("LocalName", ""), data=data, offers=self.offers_at(address))
        elif data:
            self.air.hear(self.listener, address, data)

    def on_subscribed(self, characteristic):
        """The listener has switched notifications on: the client is told, as BlueZ does."""
        for client, (_, _, path) in self.applications.items():
            device = self.air.device_at(self.listener, self.address_of(client))
            if device is not None and characteristic.path.startswith(device.path + "/"):
                self.subscribed.add(client)
                self.air.bus.call_async(client, path, CHARACTERISTIC, "StartNotify", "", (), lambda: None, lambda e: None)
