// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the pyrog authors

// Ice, in its C++11 mapping, with the one server thread that it has by default

#include <atomic>
#include <cstring>
#include <future>
#include <string>
#include <vector>

#include <Ice/Ice.h>

#include "bench-util.h"
#include "bench.h"

namespace
{

using ServerPrx = std::shared_ptr<Bench::CallsPrx>;

class Server final : public Bench::Calls
{
  std::atomic<long long> notes{ 0 };

  long long
  add (long long a, long long b, const Ice::Current &) override
  {
    return a + b;
  }

  Bench::Blob
  echoBlob (Bench::Blob data, const Ice::Current &) override
  {
    return data;
  }

  Bench::List
  echoList (Bench::List values, const Ice::Current &) override
  {
    return values;
  }

  Bench::Items
  echoItems (Bench::Items values, const Ice::Current &) override
  {
    return values;
  }

  void
  note (long long, const Ice::Current &) override
  {
    notes++;
  }

  long long
  count (const Ice::Current &) override
  {
    return notes;
  }
};

Ice::CommunicatorPtr
make_communicator (bool is_server)
{
  Ice::InitializationData data;

  data.properties = Ice::createProperties ();
  data.properties->setProperty ("Ice.MessageSizeMax", "0");
  data.properties->setProperty ("Ice.Default.CollocationOptimized", "0");
  if (bench_tls ())
    {
      data.properties->setProperty ("Ice.Plugin.IceSSL", "IceSSL:createIceSSL");
      data.properties->setProperty ("IceSSL.CAs", bench_certificate ("ca-cert"));
      data.properties->setProperty ("IceSSL.Protocols", "TLS1_2,TLS1_3");
      // Clients need no certificate, and check the server's
      data.properties->setProperty ("IceSSL.VerifyPeer", is_server ? "0" : "1");
      data.properties->setProperty ("IceSSL.CheckCertName", is_server ? "0" : "1");
      if (is_server)
        {
          data.properties->setProperty ("IceSSL.CertFile", bench_certificate ("server-cert"));
          data.properties->setProperty ("IceSSL.KeyFile", bench_certificate ("server-key"));
        }
    }
  return Ice::initialize (data);
}

std::string
get_endpoint (const char *address)
{
  const char *path;
  int port = bench_parse_address (address, &path);

  if (path != nullptr)
    g_error ("Ice has no unix sockets");
  return (bench_tls () ? "ssl" : "tcp") + std::string (" -h 127.0.0.1 -p ") + std::to_string (port);
}

int
serve (const char *address)
{
  Ice::CommunicatorHolder holder (make_communicator (true));
  auto adapter = holder->createObjectAdapterWithEndpoints ("bench", get_endpoint (address));

  adapter->add (std::make_shared<Server> (), Ice::stringToIdentity ("bench"));
  adapter->activate ();
  bench_ready ();
  holder->waitForShutdown ();
  return 0;
}

Ice::CommunicatorPtr communicator; // of a client

const ServerPrx &
server_of (gpointer connection)
{
  return *static_cast<ServerPrx *> (connection);
}

// Proxies share a connection unless the connection's name differs
gpointer
connect_to (const char *address)
{
  static int number = 0;
  auto proxy = communicator->stringToProxy ("bench:" + get_endpoint (address))
                   ->ice_connectionId (std::to_string (number++));

  return new ServerPrx (Ice::uncheckedCast<Bench::CallsPrx> (proxy));
}

void
disconnect (gpointer connection)
{
  auto cached = server_of (connection)->ice_getCachedConnection ();

  if (cached)
    cached->close (Ice::ConnectionClose::Forcefully);
  delete static_cast<ServerPrx *> (connection);
}

void
call_add (gpointer connection, gint64 i)
{
  if (server_of (connection)->add (i, 1) != i + 1)
    g_error ("A wrong answer");
}

void
call_echo (gpointer connection, const guint8 *data, gsize size)
{
  if (server_of (connection)->echoBlob (Bench::Blob (data, data + size)).size () != size)
    g_error ("A wrong answer");
}

void
call_list (gpointer connection, gint64 size)
{
  Bench::List values;

  for (gint64 i = 0; i < size; i++)
    values.push_back (i);
  if (server_of (connection)->echoList (values).size () != static_cast<gsize> (size))
    g_error ("A wrong answer");
}

void
call_dicts (gpointer connection, gint64 size)
{
  Bench::Items values;

  for (gint64 i = 0; i < size; i++)
    values.push_back ({ i, "an item", static_cast<double> (i) / 2 });
  if (server_of (connection)->echoItems (values).size () != static_cast<gsize> (size))
    g_error ("A wrong answer");
}

// The calls of a flight. Answers come in a thread of Ice's, which makes the next call at once.
struct Flight
{
  std::atomic<gint64> to_begin, to_end;
  std::promise<void> over;
};

void
begin_call (const ServerPrx &server, Flight *flight)
{
  gint64 i = --flight->to_begin;

  if (i < 0)
    return;
  server->addAsync (
      i, 1,
      [server, flight, i] (long long sum) {
        if (sum != i + 1)
          g_error ("A wrong answer");
        begin_call (server, flight);
        if (--flight->to_end == 0)
          flight->over.set_value ();
      },
      [] (std::exception_ptr) { g_error ("A call failed"); });
}

void
fly (gpointer *connections, guint count, guint in_flight, gint64 calls)
{
  Flight flight;

  flight.to_begin = flight.to_end = calls;
  for (guint i = 0; i < count * in_flight; i++)
    begin_call (server_of (connections[i % count]), &flight);
  flight.over.get_future ().wait ();
}

void
call_oneway (gpointer connection, gint64 calls)
{
  auto oneway = server_of (connection)->ice_oneway ();

  for (gint64 i = 0; i < calls; i++)
    oneway->note (i);
}

void
drain (gpointer connection, gint64 calls)
{
  while (server_of (connection)->count () < calls)
    ;
}

}

int
main (int argc, char **argv)
{
  BenchPeer peer = {};

  peer.connect = connect_to;
  peer.add = call_add;
  peer.echo = call_echo;
  peer.list = call_list;
  peer.dicts = call_dicts;
  peer.fly = fly;
  peer.oneway = call_oneway;
  peer.drain = drain;
  peer.close = disconnect;
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    return serve (argv[2]);
  communicator = make_communicator (false);
  int status = bench_client (&peer, argc, argv);
  communicator->destroy ();
  return status;
}
