// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the pyrog authors

// gRPC: additions are served from a completion queue, which is the fastest of its ways, and the
// rest by threads of its own

#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "bench-util.h"
#include "bench.grpc.pb.h"

namespace
{

std::string
read_file (const char *path)
{
  std::ifstream file (path);
  std::stringstream text;

  text << file.rdbuf ();
  return text.str ();
}

std::string
get_target (const char *address)
{
  const char *path;
  int port = bench_parse_address (address, &path);

  return path != nullptr ? std::string ("unix:") + path : "127.0.0.1:" + std::to_string (port);
}

void
check (const grpc::Status &status)
{
  if (!status.ok ())
    g_error ("%s", status.error_message ().c_str ());
}

// ---- Server ----

class Service final : public bench::Calls::WithAsyncMethod_Add<bench::Calls::Service>
{
  grpc::Status
  EchoBlob (grpc::ServerContext *, const bench::Blob *request, bench::Blob *reply) override
  {
    reply->Swap (const_cast<bench::Blob *> (request)); // a copy is not what is measured
    return grpc::Status::OK;
  }

  grpc::Status
  EchoList (grpc::ServerContext *, const bench::List *request, bench::List *reply) override
  {
    reply->Swap (const_cast<bench::List *> (request)); // a copy is not what is measured
    return grpc::Status::OK;
  }

  grpc::Status
  EchoItems (grpc::ServerContext *, const bench::Items *request, bench::Items *reply) override
  {
    reply->Swap (const_cast<bench::Items *> (request)); // a copy is not what is measured
    return grpc::Status::OK;
  }

  grpc::Status
  Stream (grpc::ServerContext *,
          const bench::Number *request,
          grpc::ServerWriter<bench::Number> *writer) override
  {
    bench::Number item;

    for (gint64 i = 0; i < request->value (); i++)
      {
        item.set_value (i);
        writer->Write (item);
      }
    return grpc::Status::OK;
  }
};

// An addition that has been asked for, or will be
struct Addition
{
  grpc::ServerContext context;
  bench::Terms request;
  grpc::ServerAsyncResponseWriter<bench::Number> writer{ &context };
  bool answered = false;
};

void
await_addition (Service &service, grpc::ServerCompletionQueue *queue)
{
  auto *addition = new Addition;

  service.RequestAdd (&addition->context, &addition->request, &addition->writer, queue, queue,
                      addition);
}

int
serve (const char *address)
{
  Service service;
  grpc::ServerBuilder builder;
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials ();

  if (bench_tls ())
    {
      grpc::SslServerCredentialsOptions options;
      options.pem_key_cert_pairs.push_back ({ read_file (bench_certificate ("server-key")),
                                              read_file (bench_certificate ("server-cert")) });
      credentials = grpc::SslServerCredentials (options);
    }
  builder.AddListeningPort (get_target (address), credentials);
  builder.SetMaxReceiveMessageSize (-1);
  builder.RegisterService (&service);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue ();
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart ();
  if (server == nullptr)
    g_error ("The server can't listen");
  for (int i = 0; i < 64; i++)
    await_addition (service, queue.get ());
  bench_ready ();

  void *tag;
  bool ok;
  while (queue->Next (&tag, &ok))
    {
      auto *addition = static_cast<Addition *> (tag);
      if (!ok || addition->answered)
        {
          delete addition;
          continue;
        }
      await_addition (service, queue.get ());
      bench::Number reply;
      reply.set_value (addition->request.a () + addition->request.b ());
      addition->answered = true;
      addition->writer.Finish (reply, grpc::Status::OK, addition);
    }
  return 0;
}

// ---- Client ----

using Stub = bench::Calls::Stub;

gpointer
connect_to (const char *address)
{
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials ();
  grpc::ChannelArguments arguments;

  if (bench_tls ())
    {
      grpc::SslCredentialsOptions options;
      options.pem_root_certs = read_file (bench_certificate ("ca-cert"));
      credentials = grpc::SslCredentials (options);
    }
  // A connection of its own
  arguments.SetInt (GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize (-1);
  return bench::Calls::NewStub (
             grpc::CreateCustomChannel (get_target (address), credentials, arguments))
      .release ();
}

void
disconnect (gpointer stub)
{
  delete static_cast<Stub *> (stub);
}

void
call_add (gpointer stub, gint64 i)
{
  grpc::ClientContext context;
  bench::Terms request;
  bench::Number reply;

  request.set_a (i);
  request.set_b (1);
  check (static_cast<Stub *> (stub)->Add (&context, request, &reply));
  if (reply.value () != i + 1)
    g_error ("A wrong answer");
}

void
call_echo (gpointer stub, const guint8 *data, gsize size)
{
  grpc::ClientContext context;
  bench::Blob request, reply;

  request.set_data (data, size);
  check (static_cast<Stub *> (stub)->EchoBlob (&context, request, &reply));
  if (reply.data ().size () != size)
    g_error ("A wrong answer");
}

void
call_list (gpointer stub, gint64 size)
{
  grpc::ClientContext context;
  bench::List request, reply;

  for (gint64 i = 0; i < size; i++)
    request.add_values (i);
  check (static_cast<Stub *> (stub)->EchoList (&context, request, &reply));
  if (reply.values_size () != size)
    g_error ("A wrong answer");
}

void
call_dicts (gpointer stub, gint64 size)
{
  grpc::ClientContext context;
  bench::Items request, reply;

  for (gint64 i = 0; i < size; i++)
    {
      bench::Item *item = request.add_items ();
      item->set_id (i);
      item->set_name ("an item");
      item->set_value (static_cast<double> (i) / 2);
    }
  check (static_cast<Stub *> (stub)->EchoItems (&context, request, &reply));
  if (reply.items_size () != size)
    g_error ("A wrong answer");
}

struct Call
{
  gint64 expected;
  grpc::ClientContext context;
  bench::Number reply;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<bench::Number> > reader;
  Stub *stub;
};

void
begin_call (Stub *stub, grpc::CompletionQueue *queue, gint64 i)
{
  auto *call = new Call;
  bench::Terms request;

  request.set_a (i);
  request.set_b (1);
  call->stub = stub;
  call->expected = i + 1;
  call->reader = stub->AsyncAdd (&call->context, request, queue);
  call->reader->Finish (&call->reply, &call->status, call);
}

void
fly (gpointer *stubs, guint count, guint in_flight, gint64 calls)
{
  grpc::CompletionQueue queue;
  gint64 to_begin = calls, to_end = calls;
  void *tag;
  bool ok;

  for (guint i = 0; i < in_flight * count && to_begin > 0; i++)
    begin_call (static_cast<Stub *> (stubs[i % count]), &queue, to_begin--);
  while (to_end > 0 && queue.Next (&tag, &ok))
    {
      std::unique_ptr<Call> call (static_cast<Call *> (tag));
      check (call->status);
      if (call->reply.value () != call->expected)
        g_error ("A wrong answer");
      to_end--;
      if (to_begin > 0)
        begin_call (call->stub, &queue, to_begin--);
    }
}

void
read_stream (gpointer stub, gint64 items)
{
  grpc::ClientContext context;
  bench::Number request, item;
  gint64 count = 0;

  request.set_value (items);
  std::unique_ptr<grpc::ClientReader<bench::Number> > reader
      = static_cast<Stub *> (stub)->Stream (&context, request);
  while (reader->Read (&item))
    count++;
  check (reader->Finish ());
  if (count != items)
    g_error ("Items are missing");
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
  peer.stream = read_stream;
  peer.close = disconnect;
  if (argc >= 3 && strcmp (argv[1], "server") == 0)
    return serve (argv[2]);
  return bench_client (&peer, argc, argv);
}
