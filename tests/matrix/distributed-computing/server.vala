// SPDX-License-Identifier: LGPL-2.1-or-later
class Dispatcher : Pyrog.Servant {
  public Dispatcher () {
    add_queue ("put_work", "get_work", "nothing to do");
    add_queue ("put_result", "get_result", "nothing was done");
  }

  void add_queue (string put, string get, string when_empty) {
    var items = new Queue<Variant> ();
    add_method (put, "v item", null, (invocation, args) => {
      items.push_tail (args.get_child_value (0).get_variant ());
      if (put == "put_work")
        invocation.return_value ((int64) items.length);
      else
        invocation.return_none ();
    });
    add_method (get, "", null, (invocation, args) => {
      if (items.is_empty ())
        throw new Pyrog.Error.LOOKUP_ERROR ("%s", when_empty);
      invocation.return_value (items.pop_head ());
    });
  }
}

void main () {
  Frame.serve ({"dispatcher"}, {new Dispatcher ()});
}
