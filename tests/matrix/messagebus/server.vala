// SPDX-License-Identifier: LGPL-2.1-or-later
class MessageBus : Pyrog.Servant {
  HashTable<string, HashTable<string, Array<string>>> topics
      = new HashTable<string, HashTable<string, Array<string>>> (str_hash, str_equal);

  unowned HashTable<string, Array<string>> queues_of (string topic) {
    if (!(topic in topics))
      topics[topic] = new HashTable<string, Array<string>> (str_hash, str_equal);
    return topics[topic];
  }

  string[] fetch (string topic, string who) throws Error {
    unowned var queues = queues_of (topic);
    if (!(who in queues))
      throw new Pyrog.Error.LOOKUP_ERROR ("%s has not subscribed to %s", who, topic);
    var messages = queues[who].data;
    queues[who] = new Array<string> ();
    return messages;
  }

  int64 send (string topic, string message) {
    unowned var queues = queues_of (topic);
    queues.foreach ((who, queue) => queue.append_val (message));
    return queues.length;
  }

  public MessageBus () {
    add_method ("subscribe", "(ss)", null, (invocation, args) => {
      unowned string topic, who;
      args.get ("(&s&s)", out topic, out who);
      queues_of (topic).insert (who, new Array<string> ());
      invocation.return_none ();
    });
    add_method ("unsubscribe", "(ss)", null, (invocation, args) => {
      unowned string topic, who;
      args.get ("(&s&s)", out topic, out who);
      queues_of (topic).remove (who);
      invocation.return_none ();
    });
    add_method ("send", "(ss)", "x", (invocation, args) => {
      unowned string topic, message;
      args.get ("(&s&s)", out topic, out message);
      invocation.return_value (send (topic, message));
    });
    add_method ("fetch", "(ss)", "as", (invocation, args) => {
      unowned string topic, who;
      args.get ("(&s&s)", out topic, out who);
      invocation.return_value (fetch (topic, who));
    });
    add_method ("topics", "", "as", (invocation, args) => {
      var names = topics.get_keys ();
      names.sort (strcmp);
      string[] sorted = {};
      foreach (unowned var name in names)
        sorted += name;
      invocation.return_value (sorted);
    });
  }
}

void main () {
  Frame.serve ({"bus"}, {new MessageBus ()});
}
