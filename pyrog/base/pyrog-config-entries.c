/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-config-entries.h"

#include <glib/gi18n-lib.h>

#define MIB (1024 * 1024)
#define MAX_SECONDS 31536000.0 /* a year */

/* The item name of Pyro5 is the variable without its prefix */
const PyrogConfigEntry pyrog_config_entries[PYROG_CONFIG_LAST] = {
#define TEXT(name, property, value, meaning)                                                       \
  [PYROG_CONFIG_##name]                                                                            \
      = { "PYRO_" #name, property, PYROG_CONFIG_KIND_TEXT, value, 0, 0, 0, meaning }
#define SECRET(name, property, meaning)                                                            \
  [PYROG_CONFIG_##name]                                                                            \
      = { "PYRO_" #name, property, PYROG_CONFIG_KIND_SECRET, NULL, 0, 0, 0, meaning }
#define FLAG(name, property, value, meaning)                                                       \
  [PYROG_CONFIG_##name]                                                                            \
      = { "PYRO_" #name, property, PYROG_CONFIG_KIND_FLAG, NULL, value, 0, 1, meaning }
#define NUMBER(prefix, name, property, value, min, max, meaning)                                   \
  [PYROG_CONFIG_##name]                                                                            \
      = { prefix #name, property, PYROG_CONFIG_KIND_NUMBER, NULL, value, min, max, meaning }
#define SECONDS(prefix, name, property, value, meaning)                                            \
  [PYROG_CONFIG_##name] = { prefix #name, property, PYROG_CONFIG_KIND_SECONDS, NULL, value, 0,     \
                            MAX_SECONDS,  meaning }

  TEXT (HOST, "host", "localhost", N_ ("Where a daemon listens, unless it is told")),
  TEXT (NS_HOST, "ns-host", "localhost", N_ ("Where the name server is")),
  NUMBER ("PYRO_", NS_PORT, "ns-port", 9090, 1, 65535, N_ ("The port of the name server")),
  NUMBER ("PYRO_",
          NS_BCPORT,
          "ns-bcport",
          9091,
          1,
          65535,
          N_ ("The port on which a name server answers broadcasts")),
  TEXT (NS_BCHOST, "ns-bchost", NULL, N_ ("Where a name server answers broadcasts")),
  SECONDS ("PYRO_",
           NS_AUTOCLEAN,
           "ns-autoclean",
           0,
           N_ ("How often a name server drops what it can't reach; 0 is never")),
  SECONDS ("PYRO_",
           NS_LOOKUP_DELAY,
           "ns-lookup-delay",
           0,
           N_ ("How long a look-up waits for a name to appear")),
  TEXT (NATHOST, "nathost", NULL, N_ ("The host that uris name, behind a router")),
  NUMBER ("PYRO_",
          NATPORT,
          "natport",
          0,
          0,
          65535,
          N_ ("The port that uris name, behind a router; 0 is the daemon's own")),
  FLAG (COMPRESSION, "compression", FALSE, N_ ("Compress payloads")),
  [PYROG_CONFIG_SERVERTYPE]
  = { "PYRO_SERVERTYPE", "server-type", PYROG_CONFIG_KIND_SERVER_TYPE, NULL,
      PYROG_SERVER_TYPE_MULTIPLEX, 0, 0, N_ ("Where a daemon runs methods: multiplex or thread") },
  SECONDS ("PYRO_",
           COMMTIMEOUT,
           "commtimeout",
           0,
           N_ ("The deadline of a call, and when an idle connection ends; 0 is never")),
  SECONDS ("PYRO_", POLLTIMEOUT, "polltimeout", 2, N_ ("Without effect")),
  NUMBER ("PYRO_",
          MAX_RETRIES,
          "max-retries",
          0,
          0,
          1000,
          N_ ("How often a call that was not executed is repeated")),
  FLAG (SOCK_REUSE, "sock-reuse", TRUE, N_ ("Reuse the address of a socket that was closed")),
  FLAG (SOCK_NODELAY, "sock-nodelay", TRUE, N_ ("Send at once, without Nagle's algorithm")),
  FLAG (DETAILED_TRACEBACK, "detailed-traceback", FALSE, N_ ("Send tracebacks to peers")),
  NUMBER ("PYRO_",
          THREADPOOL_SIZE,
          "threadpool-size",
          80,
          1,
          10000,
          N_ ("The most workers of a daemon")),
  NUMBER ("PYRO_", THREADPOOL_SIZE_MIN, "threadpool-size-min", 4, 1, 10000, N_ ("Without effect")),
  NUMBER ("PYRO_",
          MAX_MESSAGE_SIZE,
          "max-message-size",
          256 * MIB,
          1024,
          G_MAXUINT32,
          N_ ("The most bytes of a message")),
  [PYROG_CONFIG_BROADCAST_ADDRS]
  = { "PYRO_BROADCAST_ADDRS", "broadcast-addrs", PYROG_CONFIG_KIND_LIST, "<broadcast>,0.0.0.0", 0,
      0, 0, N_ ("Where to ask for a name server") },
  NUMBER ("PYRO_",
          PREFER_IP_VERSION,
          "prefer-ip-version",
          0,
          0,
          6,
          N_ ("4 or 6 for IPv4 or IPv6, 0 for what the system prefers")),
  [PYROG_CONFIG_SERIALIZER] = { "PYRO_SERIALIZER", "serializer", PYROG_CONFIG_KIND_SERIALIZER, NULL,
                                PYROG_SERIALIZER_SERPENT, 0, 0, N_ ("How calls are written") },
  FLAG (SERPENT_BYTES_REPR,
        "serpent-bytes-repr",
        FALSE,
        N_ ("Write bytes as literals, not in base 64")),
  FLAG (ITER_STREAMING, "iter-streaming", TRUE, N_ ("Allow item streams")),
  SECONDS ("PYRO_",
           ITER_STREAM_LIFETIME,
           "iter-stream-lifetime",
           0,
           N_ ("How long an item stream lives; 0 is for ever")),
  SECONDS ("PYRO_",
           ITER_STREAM_LINGER,
           "iter-stream-linger",
           30,
           N_ ("How long an item stream outlives its connection")),
  TEXT (LOGFILE, "logfile", "pyro5.log", N_ ("Where our programs log to")),
  TEXT (LOGLEVEL, "loglevel", NULL, N_ ("What our programs log")),
  FLAG (LOGWIRE, "logwire", FALSE, N_ ("Log every message")),
  FLAG (SSL, "ssl", FALSE, N_ ("Encrypt")),
  TEXT (SSL_SERVERCERT, "ssl-servercert", NULL, N_ ("The file of the server's certificate")),
  TEXT (SSL_SERVERKEY, "ssl-serverkey", NULL, N_ ("The file of the server's key")),
  SECRET (SSL_SERVERKEYPASSWD, "ssl-serverkeypasswd", N_ ("The password of the server's key")),
  FLAG (SSL_REQUIRECLIENTCERT,
        "ssl-requireclientcert",
        FALSE,
        N_ ("Admit only clients with a certificate")),
  TEXT (SSL_CLIENTCERT, "ssl-clientcert", NULL, N_ ("The file of the client's certificate")),
  TEXT (SSL_CLIENTKEY, "ssl-clientkey", NULL, N_ ("The file of the client's key")),
  SECRET (SSL_CLIENTKEYPASSWD, "ssl-clientkeypasswd", N_ ("The password of the client's key")),
  TEXT (SSL_CACERTS, "ssl-cacerts", NULL, N_ ("The file or directory of trusted certificates")),

  NUMBER ("PYROG_",
          MAX_CONNECTIONS,
          "max-connections",
          1024,
          1,
          1000000,
          N_ ("The most connections of a daemon")),
  NUMBER ("PYROG_",
          MAX_UNAUTHENTICATED,
          "max-unauthenticated",
          128,
          1,
          1000000,
          N_ ("The most connections before their handshake; the oldest goes")),
  SECONDS (
      "PYROG_", HANDSHAKE_TIMEOUT, "handshake-timeout", 10, N_ ("The deadline of a handshake")),
  SECONDS ("PYROG_",
           MESSAGE_TIMEOUT,
           "message-timeout",
           30,
           N_ ("The deadline of a message from its first byte, and a second for each 256 KiB")),
  SECONDS ("PYROG_",
           WRITE_TIMEOUT,
           "write-timeout",
           30,
           N_ ("How long a peer may leave its replies unread")),
  SECONDS ("PYROG_",
           STOP_TIMEOUT,
           "stop-timeout",
           5,
           N_ ("How long a daemon that stops waits for calls in progress")),
#undef TEXT
#undef SECRET
#undef FLAG
#undef NUMBER
#undef SECONDS
};
