"""BlueZ as far as the daemon uses it, on a message bus of the test's own: adapters, devices, their GATT attributes.

`mock_bluez.py ADDRESS` takes the name org.bluez and follows BlueZ's interface description. What happens on the air, the test says
by lines of JSON on standard input (the functions of `Air`); each is answered by {"done": N}. What the daemon asks for is told
by lines of JSON: {"call": METHOD, "path": PATH, ...}.
"""
import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

from mock_ether import Ether

ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
MONITORS = "org.bluez.AdvertisementMonitorManager1"
ADVERTISING = "org.bluez.LEAdvertisingManager1"
GATT = "org.bluez.GattManager1"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
BTHOME = "0000fcd2-0000-1000-8000-00805f9b34fb"


def tell(**event):
    print(json.dumps(event), flush=True)


def plain(value):
    """A value from the bus as JSON has it; bytes in hexadecimal."""
    if isinstance(value, dbus.Array) and value.signature == "y" or isinstance(value, dbus.ByteArray):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    return str(value)


def octets(text):
    return dbus.Array(bytes.fromhex(text), signature="y")


def service_data(text):
    return dbus.Dictionary({BTHOME: octets(text)}, signature="sv")


class Refused(dbus.DBusException):
    pass


class Thing(dbus.service.Object):
    """An object with one interface's properties."""

    def __init__(self, air, path, interface, properties, more=()):
        super().__init__(air.bus, path)
        self.air, self.path, self.interface, self.values, self.more = air, path, interface, properties, more

    def interfaces(self):
        all_of_it = {self.interface: dbus.Dictionary(self.values, signature="sv")}
        for name in self.more:
            all_of_it[name] = dbus.Dictionary({}, signature="sv")
        return dbus.Dictionary(all_of_it, signature="sa{sv}")

    def change(self, **values):
        self.values.update(values)
        self.PropertiesChanged(self.interface, dbus.Dictionary(values, signature="sv"), dbus.Array([], signature="s"))

    def called(self, method, **more):
        tell(call=method, path=self.path, **more)
        error = self.air.refusals.get(method)
        if error:
            refusal = Refused(error[1])
            refusal._dbus_error_name = error[0]
            raise refusal

    @dbus.service.signal(PROPERTIES, signature="sa{sv}as")
    def PropertiesChanged(self, interface, changed, invalidated):
        pass

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return dbus.Dictionary(self.values, signature="sv")


class Root(dbus.service.Object):
    def __init__(self, air):
        super().__init__(air.bus, "/")
        self.air = air

    @dbus.service.method(OBJECTS, out_signature="a{oa{sa{sv}}}")
    def GetManagedObjects(self):
        tell(call="GetManagedObjects", path="/")
        return dbus.Dictionary({t.path: t.interfaces() for t in self.air.things.values()}, signature="oa{sa{sv}}")

    @dbus.service.signal(OBJECTS, signature="oa{sa{sv}}")
    def InterfacesAdded(self, path, interfaces):
        pass

    @dbus.service.signal(OBJECTS, signature="oas")
    def InterfacesRemoved(self, path, interfaces):
        pass


class Adapter(Thing):
    @dbus.service.method(ADAPTER, in_signature="a{sv}")
    def SetDiscoveryFilter(self, options):
        self.called("SetDiscoveryFilter", options=plain(options))

    @dbus.service.method(ADAPTER)
    def StartDiscovery(self):
        self.called("StartDiscovery")
        if not self.values["Powered"]:
            refusal = Refused("Resource Not Ready")
            refusal._dbus_error_name = "org.bluez.Error.NotReady"
            raise refusal
        self.change(Discovering=True)

    @dbus.service.method(ADAPTER)
    def StopDiscovery(self):
        self.called("StopDiscovery")
        self.change(Discovering=False)

    @dbus.service.method(MONITORS, in_signature="o", sender_keyword="sender")
    def RegisterMonitor(self, root, sender):
        self.called("RegisterMonitor", root=str(root))
        self.air.look_at(sender, root, "org.bluez.AdvertisementMonitor1", "Activate")

    @dbus.service.method(MONITORS, in_signature="o")
    def UnregisterMonitor(self, root):
        self.called("UnregisterMonitor", root=str(root))

    @dbus.service.method(ADVERTISING, in_signature="oa{sv}", sender_keyword="sender")
    def RegisterAdvertisement(self, path, options, sender):
        self.called("RegisterAdvertisement", advertisement=str(path))
        self.air.ether.adapters[sender] = self
        self.air.read_advertisement(sender, str(path))

    @dbus.service.method(ADVERTISING, in_signature="o")
    def UnregisterAdvertisement(self, path):
        self.called("UnregisterAdvertisement", advertisement=str(path))

    @dbus.service.method(GATT, in_signature="oa{sv}", sender_keyword="sender")
    def RegisterApplication(self, root, options, sender):
        self.called("RegisterApplication", root=str(root))
        self.air.ether.adapters[sender] = self
        self.air.look_at(sender, root, None, None)

    @dbus.service.method(GATT, in_signature="o")
    def UnregisterApplication(self, root):
        self.called("UnregisterApplication", root=str(root))


class Device(Thing):
    offers = None  # service and characteristic
    late = False   # the answer to Connect overtakes the word that it is connected
    silent = False  # that word never comes, as with BlueZ 5.66 at times
    dawdles = False  # disconnects some time after it was asked to; BlueZ takes two seconds

    @dbus.service.method(DEVICE)
    def Connect(self):
        self.called("Connect")
        if self.late:
            GLib.timeout_add(200, self.become_connected)
        else:
            self.become_connected()

    def become_connected(self):
        if self.silent:
            self.values["Connected"] = True
        else:
            self.change(Connected=True)
        if self.offers:
            service, characteristic = self.path + "/service0010", self.path + "/service0010/char0011"
            # In this order, so that who believes the first word finds nothing yet.
            self.change(ServicesResolved=True)
            self.air.add(Thing(self.air, service, SERVICE, {"UUID": self.offers[0], "Device": dbus.ObjectPath(self.path)}))
            self.air.add(Characteristic(self.air, characteristic, CHARACTERISTIC,
                                        {"UUID": self.offers[1], "Service": dbus.ObjectPath(service), "Notifying": False}))

    @dbus.service.method(DEVICE, async_callbacks=("answer", "fail"))
    def Disconnect(self, answer, fail):
        self.called("Disconnect")
        if self.dawdles:
            GLib.timeout_add(1000, lambda: (self.air.cut_off(self), answer()) and False)
        else:
            self.air.cut_off(self)
            answer()


class Characteristic(Thing):
    @dbus.service.method(CHARACTERISTIC)
    def StartNotify(self):
        self.called("StartNotify")
        self.change(Notifying=True)
        self.air.ether.on_subscribed(self)


class Air:
    """What happens around the daemon; the commands."""

    def __init__(self, address):
        self.bus = dbus.bus.BusConnection(address)
        self.things, self.refusals = {}, {}
        self.ether = Ether(self)
        self.root = Root(self)
        self.name = dbus.service.BusName("org.bluez", self.bus)
        self.bus.add_signal_receiver(self.on_client_change, "PropertiesChanged", PROPERTIES, path_keyword="path",
                                     sender_keyword="sender")

    def add(self, thing):
        self.things[thing.path] = thing
        self.root.InterfacesAdded(thing.path, thing.interfaces())
        return thing

    def take_away(self, path):
        thing = self.things.pop(path)
        self.root.InterfacesRemoved(path, list(thing.interfaces()))
        thing.remove_from_connection()

    def take_away_below(self, path):
        for below in [p for p in self.things if p.startswith(path + "/")]:
            self.take_away(below)

    def look_at(self, client, root, interface, method):
        """Reads a client's objects as BlueZ does, and calls a method of each that has this interface."""

        def on_objects(objects):
            tell(call="read", objects=plain(objects))
            self.ether.on_client_objects(client, plain(objects))
            for path, interfaces in objects.items():
                if interface in interfaces:
                    self.bus.call_async(client, path, interface, method, "", (), lambda: None, lambda e: tell(error=str(e)))

        self.bus.call_async(client, root, OBJECTS, "GetManagedObjects", "", (), on_objects, lambda e: tell(error=str(e)))

    def read_advertisement(self, client, path):
        def on_values(values):
            tell(call="read", advertisement=plain(values))
            self.ether.on_client_words(client, plain(values))

        self.bus.call_async(client, path, PROPERTIES, "GetAll", "s", ("org.bluez.LEAdvertisement1",), on_values,
                            lambda e: tell(error=str(e)))

    def on_client_change(self, *words, path, sender):
        if sender != self.bus.get_unique_name():
            tell(call="changed", path=str(path), interface=str(words[0]), properties=plain(words[1]))
            self.ether.on_client_words(sender, plain(words[1]))

    def device_at(self, adapter, address):
        return self.things.get(f"/org/bluez/{adapter}/dev_{address.replace(':', '_')}")

    # Commands.

    def carry(self, to):
        """From now on an adapter hears what clients advertise by the others, and may connect to what they offer."""
        self.ether.listener = to

    def adapter(self, name, powered=True, monitors=False, state=None):
        values = {"Address": "00:1A:7D:DA:71:0" + name[-1], "Powered": powered, "Discovering": False}
        if state:
            values["PowerState"] = state
        more = [ADVERTISING, GATT] + ([MONITORS] if monitors else [])
        self.add(Adapter(self, "/org/bluez/" + name, ADAPTER, values, more))

    def unplug(self, name):
        self.take_away_below("/org/bluez/" + name)
        self.take_away("/org/bluez/" + name)

    def power(self, name, on):
        adapter = self.things["/org/bluez/" + name]
        adapter.change(Powered=on, **({} if on else {"Discovering": False}))

    def end_scan(self, name):
        self.things["/org/bluez/" + name].change(Discovering=False)

    def device(self, adapter, address, name="", rssi=-60, data="", offers=None, late=False, silent=False, dawdles=False):
        values = {"Address": address, "Adapter": dbus.ObjectPath("/org/bluez/" + adapter), "RSSI": dbus.Int16(rssi),
                  "Connected": False, "ServicesResolved": False}
        if name:
            values["Name"] = name
        if data:
            values["ServiceData"] = service_data(data)
        device = Device(self, f"/org/bluez/{adapter}/dev_{address.replace(':', '_')}", DEVICE, values)
        device.offers, device.late, device.silent, device.dawdles = offers, late, silent, dawdles
        self.add(device)

    def forget(self, adapter, address):
        path = self.device_at(adapter, address).path
        self.take_away_below(path)
        self.take_away(path)

    def hear(self, adapter, address, data, rssi=None):
        values = {"ServiceData": service_data(data)}
        if rssi is not None:
            values["RSSI"] = dbus.Int16(rssi)
        self.device_at(adapter, address).change(**values)

    def rssi(self, adapter, address, rssi):
        self.device_at(adapter, address).change(RSSI=dbus.Int16(rssi))

    def notify(self, adapter, address, values):
        characteristic = self.things[self.device_at(adapter, address).path + "/service0010/char0011"]
        for value in values:
            characteristic.change(Value=octets(value))

    def break_off(self, adapter, address):
        self.cut_off(self.device_at(adapter, address))

    def cut_off(self, device):
        self.take_away_below(device.path)
        if device.values["Connected"]:
            tell(call="disconnected", path=device.path)
            device.change(Connected=False, ServicesResolved=False)

    def stop_notifying(self, adapter, address):
        self.things[self.device_at(adapter, address).path + "/service0010/char0011"].change(Notifying=False)

    def refuse(self, method, error, text="no"):
        self.refusals[method] = (error, text)

    def allow(self, method):
        del self.refusals[method]

    def release(self, client_path):
        """Gives a monitor back."""
        for name in self.bus.list_names():
            if name.startswith(":") and name != self.bus.get_unique_name():
                self.bus.call_async(name, client_path, "org.bluez.AdvertisementMonitor1", "Release", "", (),
                                    lambda: None, lambda e: None)

    def nonsense(self, adapter, address):
        """Signals of every wrong shape about a device."""
        path = self.device_at(adapter, address).path
        wrong = [("s", ["org.bluez.Device1"]), ("sa{sv}", [DEVICE, {}]), ("sas", [DEVICE, ["x"]]), ("i", [7]), ("", []),
                 ("sa{sv}as", [DEVICE, {"ServiceData": "text", "RSSI": "loud", "Name": 7, "Connected": "no"}, []]),
                 ("sa{sv}as", [DEVICE, {"ServiceData": dbus.Dictionary({BTHOME: "text"}, signature="sv")}, []]),
                 ("sa{sv}as", [DEVICE, {"ServiceData": dbus.Dictionary({BTHOME: dbus.Array([1, 2], signature="u")}, signature="sv")}, []]),
                 ("sa{sv}as", [DEVICE, {"ServiceData": dbus.Dictionary({BTHOME: octets("00" * 5000)}, signature="sv")}, []]),
                 ("sa{sv}as", [DEVICE, {f"P{i}": dbus.Struct((1, "x")) for i in range(500)}, []]),
                 ("sa{sv}as", [DEVICE, {"Name": "n" * 100000}, []])]
        for signature, arguments in wrong:
            signal = dbus.lowlevel.SignalMessage(path, PROPERTIES, "PropertiesChanged")
            signal.append(*arguments, signature=signature)
            self.bus.send_message(signal)
        for member in ("InterfacesAdded", "InterfacesRemoved"):
            for signature, arguments in [("", []), ("s", ["x"]), ("o", ["/x"]), ("oa{sv}", ["/x", {"a": 1}])]:
                signal = dbus.lowlevel.SignalMessage("/", OBJECTS, member)
                signal.append(*arguments, signature=signature)
                self.bus.send_message(signal)

    def ask_to_notify(self, client_path, start=True):
        """Does with a client's characteristic what BlueZ does when a central subscribes."""
        for name in self.bus.list_names():
            if name.startswith(":") and name != self.bus.get_unique_name():
                self.bus.call_async(name, client_path, CHARACTERISTIC, "StartNotify" if start else "StopNotify", "", (),
                                    lambda: None, lambda e: None)


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    air = Air(sys.argv[1])
    loop = GLib.MainLoop()
    count = [0]

    def on_line(source, condition):
        line = sys.stdin.readline()
        if not line:
            loop.quit()
            return False
        command = json.loads(line)
        getattr(air, command.pop("do"))(**command)
        count[0] += 1
        tell(done=count[0])
        return True

    sys.stdin.reconfigure(line_buffering=True)
    GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, on_line)
    tell(ready=True)
    loop.run()


if __name__ == "__main__":
    main()
