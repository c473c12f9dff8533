// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the pyrog authors

// Cap'n Proto: client and server have one thread and one event loop

#include <cstring>
#include <string>

#include <capnp/ez-rpc.h>
#include <capnp/message.h>

#include "bench-util.h"
#include "bench.capnp.h"

namespace
{

// Otherwise a message may have 64 MiB only
const capnp::ReaderOptions options = { G_MAXUINT32, 64 };

std::string
get_address (const char *address)
{
  const char *path;
  int port = bench_parse_address (address, &path);

  return path != nullptr ? std::string ("unix:") + path : "127.0.0.1:" + std::to_string (port);
}

class BenchServer final : public Calls::Server
{
  kj::Promise<void>
  add (AddContext context) override
  {
    auto params = context.getParams ();

    context.getResults ().setSum (params.getA () + params.getB ());
    return kj::READY_NOW;
  }

  kj::Promise<void>
  echoBlob (EchoBlobContext context) override
  {
    context.getResults ().setData (context.getParams ().getData ());
    return kj::READY_NOW;
  }

  kj::Promise<void>
  echoList (EchoListContext context) override
  {
    context.getResults ().setValues (context.getParams ().getValues ());
    return kj::READY_NOW;
  }

  kj::Promise<void>
  echoItems (EchoItemsContext context) override
  {
    context.getResults ().setItems (context.getParams ().getItems ());
    return kj::READY_NOW;
  }
};

void
serve (const char *address)
{
  capnp::EzRpcServer server (kj::heap<BenchServer> (), get_address (address), 0, options);

  server.getPort ().wait (server.getWaitScope ());
  bench_ready ();
  kj::NEVER_DONE.wait (server.getWaitScope ());
}

struct Connection
{
  explicit Connection (const char *address)
      : client (get_address (address), 0, options), server (client.getMain<Calls> ())
  {
  }

  capnp::EzRpcClient client;
  Calls::Client server;
};

gpointer
connect_to (const char *address)
{
  return new Connection (address);
}

void
disconnect (gpointer connection)
{
  delete static_cast<Connection *> (connection);
}

kj::Promise<void>
add (Connection *connection, gint64 i)
{
  auto request = connection->server.addRequest ();

  request.setA (i);
  request.setB (1);
  return request.send ().then ([i] (auto &&reply) {
    if (reply.getSum () != i + 1)
      g_error ("A wrong answer");
  });
}

void
call_add (gpointer data, gint64 i)
{
  auto *connection = static_cast<Connection *> (data);

  add (connection, i).wait (connection->client.getWaitScope ());
}

void
call_echo (gpointer data, const guint8 *bytes, gsize size)
{
  auto *connection = static_cast<Connection *> (data);
  auto request = connection->server.echoBlobRequest ();

  request.setData (kj::arrayPtr (bytes, size));
  auto reply = request.send ().wait (connection->client.getWaitScope ());
  if (reply.getData ().size () != size)
    g_error ("A wrong answer");
}

void
call_list (gpointer data, gint64 size)
{
  auto *connection = static_cast<Connection *> (data);
  auto request = connection->server.echoListRequest ();
  auto values = request.initValues (static_cast<guint> (size));

  for (guint i = 0; i < size; i++)
    values.set (i, i);
  auto reply = request.send ().wait (connection->client.getWaitScope ());
  if (reply.getValues ().size () != size)
    g_error ("A wrong answer");
}

void
call_dicts (gpointer data, gint64 size)
{
  auto *connection = static_cast<Connection *> (data);
  auto request = connection->server.echoItemsRequest ();
  auto items = request.initItems (static_cast<guint> (size));

  for (guint i = 0; i < size; i++)
    {
      items[i].setId (i);
      items[i].setName ("an item");
      items[i].setValue (static_cast<double> (i) / 2);
    }
  auto reply = request.send ().wait (connection->client.getWaitScope ());
  if (reply.getItems ().size () != size)
    g_error ("A wrong answer");
}

// One of those in flight: it calls again when it was answered
kj::Promise<void>
fly_on (Connection *connection, gint64 *to_begin)
{
  if (*to_begin == 0)
    return kj::READY_NOW;
  gint64 i = --*to_begin;
  return add (connection, i).then ([connection, to_begin] {
    return fly_on (connection, to_begin);
  });
}

void
fly (gpointer *connections, guint count, guint in_flight, gint64 calls)
{
  auto promises = kj::Vector<kj::Promise<void> > (count * in_flight);

  for (guint i = 0; i < count * in_flight; i++)
    promises.add (fly_on (static_cast<Connection *> (connections[i % count]), &calls));
  kj::joinPromises (promises.releaseAsArray ())
      .wait (static_cast<Connection *> (connections[0])->client.getWaitScope ());
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
  peer.close = disconnect;
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    serve (argv[2]);
  return bench_client (&peer, argc, argv);
}
