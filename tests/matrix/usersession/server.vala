// SPDX-License-Identifier: LGPL-2.1-or-later
HashTable<string, string> notes;

class Session : Object {
  public string? user;
}

unowned string? word_of (string user) {
  switch (user) {
    case "ada":
      return "lovelace";
    case "bob":
      return "builder";
    default:
      return null;
  }
}

unowned string user_of (Pyrog.Invocation invocation) throws Error {
  unowned var session = (Session) invocation.get_instance ();
  if (session.user == null)
    throw new Pyrog.Error.PERMISSION_ERROR ("log in first");
  return session.user;
}

void main () {
  var servant = new Pyrog.Servant.for_type (typeof (Session));
  notes = new HashTable<string, string> (str_hash, str_equal);
  servant.add_method ("login", "(ss)", null, (invocation, args) => {
    unowned string user, word;
    args.get ("(&s&s)", out user, out word);
    if (word_of (user) != word)
      throw new Pyrog.Error.PERMISSION_ERROR ("wrong user or word");
    ((Session) invocation.get_instance ()).user = user;
    invocation.return_none ();
  });
  servant.add_method ("write", "s text", null, (invocation, args) => {
    notes[user_of (invocation)] = args.get_child_value (0).get_string ();
    invocation.return_none ();
  });
  servant.add_method ("read", "", "s", (invocation, args) => {
    invocation.return_value (notes[user_of (invocation)] ?? "nothing");
  });
  servant.add_method ("who", "", "s", (invocation, args) => {
    invocation.return_value (user_of (invocation));
  });
  try {
    var server = new Pyrog.Daemon ();
    var uri = server.register_factory ("session", servant, SESSION, (invocation) => new Session ());
    server.start ();
    Frame.say (uri.to_string ());
    server.run ();
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
