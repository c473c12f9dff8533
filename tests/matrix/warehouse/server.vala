// SPDX-License-Identifier: LGPL-2.1-or-later
class Warehouse : Pyrog.Servant {
  GenericArray<string> contents = new GenericArray<string> ();

  public Warehouse () {
    foreach (var item in new string[] {"chair", "bike", "couch"})
      contents.add (item);
    add_method ("list_contents", "", "as", (invocation, args) => {
      invocation.return_value (contents.data);
    });
    add_method ("take", "s who, s item", "s", (invocation, args) => {
      unowned string who, item;
      uint index;
      args.get ("(&s&s)", out who, out item);
      if (!contents.find_with_equal_func (item, str_equal, out index))
        throw new Pyrog.Error.VALUE_ERROR ("there is no %s for %s", item, who);
      contents.remove_index (index);
      invocation.return_value ("%s took the %s".printf (who, item));
    });
    add_method ("store", "s who, s item", "s", (invocation, args) => {
      unowned string who, item;
      args.get ("(&s&s)", out who, out item);
      contents.add (item);
      invocation.return_value ("%s stored the %s".printf (who, item));
    });
  }
}

void main () {
  Frame.serve ({"warehouse"}, {new Warehouse ()});
}
