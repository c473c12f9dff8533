/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-batch-results.h"

#include <unistd.h>

#include "fake-server.h"
#include "pyrog-batch.h"
#include "pyrog-error.h"

#define WATCHDOG 60 /* seconds */

static const char *const answers[] = { "5",
                                       "{'a':1}",
                                       "[]",
                                       "[1]",
                                       "[1,2,3]",
                                       "[1,{'__class__':'Pyro5.core._ExceptionWrapper'},3]",
                                       "[{'__class__':'Pyro5.core._ExceptionWrapper'}]",
                                       "[{'__class__':'other','exception':None}]" };

static void
answer_nonsense (FakeServer *server, int fd, guint number)
{
  PyrogHeader header;

  fake_server_shake_hands (fd);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_assert_true (fake_server_receive (fd, &header));
      g_assert_cmpint (header.flags, ==, PYROG_FLAG_BATCH);
      fake_server_reply (fd, PYROG_MESSAGE_RESULT, PYROG_FLAG_BATCH, header.seq, answers[i]);
    }
  /* An exception that is none, in its place */
  g_assert_true (fake_server_receive (fd, &header));
  fake_server_reply (fd, PYROG_MESSAGE_RESULT, PYROG_FLAG_BATCH, header.seq,
                     "[{'__class__':'Pyro5.core._ExceptionWrapper','exception':None}]");
  fake_server_receive (fd, &header);
}

/* An answer that can't be that of two calls is an error; the connection goes on */
static void
test_nonsense (void)
{
  FakeServer *server = fake_server_new (answer_nonsense, NULL);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (server->uri, NULL, NULL);
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autoptr (GError) error = NULL;

  alarm (WATCHDOG);
  for (guint i = 0; i <= G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) failure = NULL;
      pyrog_batch_add (batch, "m", NULL);
      pyrog_batch_add (batch, "m", NULL);
      g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &failure);
      if (i == G_N_ELEMENTS (answers))
        {
          g_assert_no_error (failure);
          g_assert_null (pyrog_batch_results_next (results, NULL, &error));
          g_assert_error (error, PYROG_ERROR, PYROG_ERROR_EXCEPTION);
          break;
        }
      g_test_message ("%s", answers[i]);
      g_assert_error (failure, PYROG_ERROR, PYROG_ERROR_PROTOCOL);
      g_assert_cmpint (pyrog_error_get_execution (failure), ==, PYROG_EXECUTION_ANSWERED);
    }
  pyrog_proxy_release (proxy);
  fake_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch-results/nonsense", test_nonsense);
  return g_test_run ();
}
