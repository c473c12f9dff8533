// SPDX-License-Identifier: LGPL-2.1-or-later
// What access.py does, in Vala

string question;
string behaviour;
Pyrog.Daemon server;
Pyrog.AccessRequest? kept;
Object asker;
ulong handler;

string describe (Pyrog.AccessRequest request) {
  if (request is Pyrog.CertificateRequest) {
    var certificate = (Pyrog.CertificateRequest) request;
    return "%s %u".printf (Pyrog.certificate_dup_common_name (certificate.get_certificate ()),
                           (uint) certificate.get_errors ());
  }
  if (request is Pyrog.HandshakeRequest)
    return (string) ((Pyrog.HandshakeRequest) request).get_data ();
  var authorization = (Pyrog.AuthorizationRequest) request;
  var operation = authorization.get_operation ();
  var method = operation == Pyrog.Operation.CALL ? authorization.get_member ()
      : operation == Pyrog.Operation.GET ? "__getattr__" : "__setattr__";
  assert (authorization.get_invocation ().get_method_name () == method);
  return "%s.%s %d".printf (authorization.get_object_id (), authorization.get_member (),
                            authorization.get_operation ());
}

void refuse (Pyrog.AccessRequest request) {
  request.refuse (new Pyrog.Error.VALUE_ERROR ("not today"));
}

bool leave () {
  asker.disconnect (handler);
  kept = null;
  return Source.REMOVE;
}

bool asked (Pyrog.AccessRequest request) {
  print ("ASKED %s\n", describe (request));
  assert (request.get_connection () == request.connection);
  switch (behaviour) {
    case "yes":
      return true;
    case "no":
      return false;
    case "accept":
      request.accept ();
      return true;
    case "answer":
      ((Pyrog.HandshakeRequest) request).set_answer ("room 7");
      return true;
    case "refuse":
      refuse (request);
      return true;
    case "refuse-silently":
      request.refuse ();
      return true;
    default:
      request.hold ();
      break;
  }
  if (behaviour == "keep" || behaviour == "leave")
    kept = request;
  if (behaviour == "leave")
    Timeout.add (20, leave);
  else if (behaviour != "keep" && behaviour != "drop")
    Timeout.add (20, () => {
      if (behaviour == "later-stop")
        server.stop ();
      if (behaviour == "wait")
        stdin.read_line (); // until the harness says that the daemon is gone
      if (behaviour == "later-refuse")
        refuse (request);
      else
        request.accept ();
      return Source.REMOVE;
    });
  return true;
}

void connect_server () {
  asker = server;
  switch (question) {
    case "accept-certificate":
      handler = server.accept_certificate.connect ((request) => asked (request));
      break;
    case "validate-handshake":
      handler = server.validate_handshake.connect ((request) => asked (request));
      break;
    case "authorize-invocation":
      handler = server.authorize_invocation.connect ((request) => asked (request));
      break;
  }
  if (behaviour == "gone")
    server.disconnect (handler);
}

void serve () throws Error {
  var servant = new Pyrog.Servant ();
  servant.add_method ("echo", "s text", "s", (invocation, args) => {
    invocation.return_value (args.get_child_value (0));
  });
  servant.add_attribute ("level", "x", (name) => new Variant.int64 (7));
  servant.add_setter ("level", (name, value) => true);
  server = new Pyrog.Daemon ();
  connect_server ();
  print ("READY %s\n", server.register ("echo", servant).to_string ());
  server.run ();
  print ("STOPPED\n");
}

async void call (string uri) throws Error {
  var proxy = new Pyrog.Proxy (uri);
  asker = proxy;
  handler = question == "accept-certificate"
      ? proxy.accept_certificate.connect ((request) => asked (request))
      : proxy.validate_handshake.connect ((request) => asked (request));

  if (behaviour == "gone")
    proxy.disconnect (handler);
  try {
    var text = (string) yield proxy.call ("echo", new Variant ("(s)", "hello"), "s");
    print ("RESULT %s\n", text);
  } catch (Error error) {
    print ("ERROR %s\n", error.message);
  }
}

int main (string[] args) {
  int status = 0;

  Intl.setlocale ();
  question = args[2];
  behaviour = args[3];
  try {
    if (args[1] == "server") {
      serve ();
      return 0;
    }
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
  var loop = new MainLoop ();
  call.begin (args[4], (object, result) => {
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
