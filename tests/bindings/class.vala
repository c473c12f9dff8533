// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: class-vala serve | class-vala call URI

class Car : Object {
  public string name { get; set; }
  public int64 max_speed { get; set; }
  public Car? trailer { get; set; }
}

class Price : Object {
  public int64 cents;

  public Price (int64 cents) {
    this.cents = cents;
  }
}

Variant write_price (Object object) throws Error {
  var cents = ((Price) object).cents;
  if (cents < 0)
    throw new Pyrog.Error.VALUE_ERROR ("not for sale");
  var dict = new VariantDict ();
  dict.insert_value ("amount", "%lld.%02lld".printf (cents / 100, cents % 100));
  return dict.end ();
}

Object read_price (Variant state) throws Error {
  var amount = state.lookup_value ("amount", VariantType.STRING);
  if (amount == null)
    throw new Pyrog.Error.VALUE_ERROR ("not a price");
  var parts = amount.get_string ().split (".");
  return new Price (int64.parse (parts[0]) * 100 + int64.parse (parts[1]));
}

void register_classes () {
  assert (Pyrog.class_register (typeof (Car), "shop.Car"));
  assert (Pyrog.class_register (typeof (Price), "shop.Price"));
  Pyrog.class_set_writer (typeof (Price), (object) => write_price (object));
  Pyrog.class_set_reader (typeof (Price), (state) => read_price (state));
}

int serve () throws Error {
  var servant = new Pyrog.Servant ();
  servant.add_method ("tune", "v car", null, (invocation, args) => {
    var car = (Car) Pyrog.class_from_variant (args.get_child_value (0));
    car.max_speed += 10;
    invocation.return_value (Pyrog.class_to_variant (car));
  });
  servant.add_method ("discount", "v price", null, (invocation, args) => {
    var price = (Price) Pyrog.class_from_variant (args.get_child_value (0));
    price.cents -= 100;
    invocation.return_value (Pyrog.class_to_variant (price));
  });
  var daemon = new Pyrog.Daemon ();
  var uri = daemon.register ("shop", servant);
  daemon.start ();
  stdout.printf ("%s\n", uri.to_string ());
  stdout.flush ();
  daemon.run ();
  return 0;
}

Object call (Pyrog.Proxy proxy, string method, Object thing) throws Error {
  var args = new Variant ("(v)", Pyrog.class_to_variant (thing));
  return Pyrog.class_from_variant (proxy.call_sync (method, args, null));
}

void assert_not_for_sale (Pyrog.Proxy proxy, int64 cents) throws Error {
  try {
    call (proxy, "discount", new Price (cents));
    assert_not_reached ();
  } catch (Pyrog.Error.VALUE_ERROR error) {
    assert (error.message.has_suffix ("not for sale"));
  }
}

void read_nothing () throws Error {
  var nothing = new VariantDict ();
  nothing.insert_value ("__class__", "shop.Price");
  try {
    Pyrog.class_from_variant (nothing.end ());
    assert_not_reached ();
  } catch (Pyrog.Error.VALUE_ERROR error) {
    assert (error.message == "shop.Price: not a price");
  }
}

void run_client (string uri) throws Error {
  var proxy = new Pyrog.Proxy (uri);
  var ada = new Car ();
  ada.name = "Ada";
  ada.max_speed = 100;
  ada.trailer = new Car ();
  ada.trailer.name = "small";
  var car = call (proxy, "tune", ada) as Car;
  assert (car.name == "Ada" && car.max_speed == 110 && car.trailer.name == "small");
  var price = call (proxy, "discount", new Price (350)) as Price;
  assert (price.cents == 250);
  assert_not_for_sale (proxy, -1);
  read_nothing ();
  try {
    call (proxy, "discount", new Price (50));
    assert_not_reached ();
  } catch (Error error) {
    assert ("not for sale" in error.message);
  }
}

int main (string[] args) {
  register_classes ();
  try {
    if (args[1] == "serve")
      return serve ();
    run_client (args[2]);
    return 0;
  } catch (Error error) {
    stderr.printf ("%s\n", error.message);
    return 1;
  }
}
