// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: client-vala URI

async void call (string uri) throws Error {
  var calc = new Pyrog.Proxy (uri);
  int64 sum = (int64) yield calc.call ("add", new Variant ("(ii)", 3, 4), "x");
  print (@"  add(3, 4) -> $sum   (asynchronously)\n");
  try {
    yield calc.call ("divide", new Variant ("(ii)", 1, 0), "d");
  } catch (Pyrog.Error.ZERO_DIVISION_ERROR error) {
    print (@"  divide(1, 0) -> an error: $(error.message)\n");
  }
}

int main (string[] args) {
  var loop = new MainLoop ();
  int status = 0;

  call.begin (args[1], (object, result) => {
    try {
      call.end (result);
    } catch (Error error) {
      printerr ("%s\n", error.message);
      status = 1;
    }
    loop.quit ();
  });
  loop.run ();
  return status;
}
