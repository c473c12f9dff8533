// SPDX-License-Identifier: LGPL-2.1-or-later
class Bank : Pyrog.Servant {
  HashTable<string, int64?> accounts = new HashTable<string, int64?> (str_hash, str_equal);

  public Bank (int64 credit) {
    add_method ("deposit", "(sx)", "x", (invocation, args) => {
      unowned string who;
      int64 amount;
      args.get ("(&sx)", out who, out amount);
      int64 balance = who in accounts ? accounts[who] + amount : amount;
      accounts[who] = balance;
      invocation.return_value (balance);
    });
    add_method ("withdraw", "(sx)", "x", (invocation, args) => {
      unowned string who;
      int64 amount;
      args.get ("(&sx)", out who, out amount);
      if (!(who in accounts))
        throw new Pyrog.Error.LOOKUP_ERROR ("no account of %s", who);
      int64 balance = accounts[who] - amount;
      if (balance < -credit)
        throw new Pyrog.Error.VALUE_ERROR ("not enough money");
      accounts[who] = balance;
      invocation.return_value (balance);
    });
    add_method ("everyone", "", "a{sx}", (invocation, args) => {
      var all = new VariantBuilder (new VariantType ("a{sx}"));
      accounts.foreach ((who, balance) => all.add ("{sx}", who, (int64) balance));
      invocation.return_value (all.end ());
    });
  }
}

void main () {
  Frame.serve ({"north", "south"}, {new Bank (0), new Bank (100)});
}
