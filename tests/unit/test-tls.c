/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-tls.h"

#include <errno.h>

#include "pyrog-error.h"

/* A connection that the peer has reset: reading and writing fail */
typedef struct
{
  PyrogTransport parent;
  guint writes;
} DeadTransport;

static gssize
dead_read (PyrogTransport *transport, guint8 *data, gsize size, GError **error)
{
  pyrog_transport_set_error (error, ECONNRESET);
  return PYROG_IO_ERROR;
}

static gssize
dead_write (PyrogTransport *transport, const guint8 *data, gsize size, GError **error)
{
  ((DeadTransport *) transport)->writes++;
  pyrog_transport_set_error (error, EPIPE);
  return PYROG_IO_ERROR;
}

static void
dead_free (PyrogTransport *transport)
{
}

static const PyrogTransportClass dead_class
    = { .read = dead_read, .write = dead_write, .free = dead_free };

/* A connection that is lost during the handshake is one error, though nothing can be said to the
 * peer any more either; it stays an error */
static void
test_lost_in_handshake (void)
{
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) failure = NULL;
  DeadTransport dead = { .parent.class = &dead_class };
  g_autoptr (PyrogTlsContext) context = pyrog_tls_context_get_shared (config, &failure);

  g_assert_no_error (failure);
  PyrogTransport *transport = pyrog_tls_new (context, &dead.parent, "localhost");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_cmpint (pyrog_transport_handshake (transport, &error), ==, PYROG_HANDSHAKE_FAILED);
      g_assert_nonnull (error);
      if (i == 0)
        g_assert_error (error, PYROG_ERROR, PYROG_ERROR_CONNECTION_CLOSED);
    }
  g_assert_cmpuint (dead.writes, >, 0);
  pyrog_transport_free (transport);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls/lost-in-handshake", test_lost_in_handshake);
  return g_test_run ();
}
