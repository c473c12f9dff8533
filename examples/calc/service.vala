// SPDX-License-Identifier: LGPL-2.1-or-later
// The service of service.c in Vala: a class of its own, whose property is the remote attribute

class Calc : Pyrog.Servant {
  public int64 memory { get; set; }

  public Calc () {
    add_method ("add", "x a, x b", "x", (invocation, args) => {
      int64 a, b;
      args.get ("(xx)", out a, out b);
      invocation.return_value (a + b);
    });
    add_method ("divide", "(dd)", "d", (invocation, args) => {
      double a, b;
      args.get ("(dd)", out a, out b);
      if (b == 0)
        throw new Pyrog.Error.ZERO_DIVISION_ERROR ("division by zero");
      invocation.return_value (a / b);
    });
    add_method ("think", "", "s", (invocation, args) => {
      var held = invocation.hold ();
      Timeout.add (100, () => {
        held.return_value ("here it is");
        return Source.REMOVE;
      });
    });
    expose_property ("memory", Pyrog.Access.READWRITE);
  }
}

int main () {
  try {
    var daemon = new Pyrog.Daemon ();
    var uri = daemon.register ("example.calc", new Calc ());
    print ("READY %s\n", uri.to_string ());
    daemon.run ();
    return 0;
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}
