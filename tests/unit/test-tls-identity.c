/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "certificates.h"
#include "pyrog-daemon.h"
#include "pyrog-error.h"
#include "pyrog-proxy.h"
#include "pyrog-tls.h"
#include "token.h"

/* The own certificate of one end, with a key that a password or PIN unlocks */

#define WRONG "MaRkEr-wrong-20"
#define MAX_ANSWERS 4
#define LOCATION "./u:@pyrog-identity-%d"

/* ---- Somebody who knows passwords ---- */

#define TEST_TYPE_INTERACTION (test_interaction_get_type ())
G_DECLARE_FINAL_TYPE (TestInteraction, test_interaction, TEST, INTERACTION, GTlsInteraction)

struct _TestInteraction
{
  GTlsInteraction parent_instance;

  const char *const *answers; /* for one question after the other; NULL: refuses */
  gboolean fails;             /* refuses with an error */
  guint asked;
  guint again;       /* told that the last password was wrong */
  char *description; /* (owned) (nullable) of the last question */
};

G_DEFINE_TYPE (TestInteraction, test_interaction, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
ask_password (GTlsInteraction *interaction,
              GTlsPassword *password,
              GCancellable *cancellable,
              GError **error)
{
  TestInteraction *self = TEST_INTERACTION (interaction);
  const char *answer = self->asked < MAX_ANSWERS ? self->answers[self->asked] : NULL;

  if ((g_tls_password_get_flags (password) & G_TLS_PASSWORD_RETRY) != 0)
    self->again++;
  self->asked++;
  g_free (self->description);
  self->description = g_strdup (g_tls_password_get_description (password));
  if (answer == NULL && self->fails)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Closed the dialog");
      return G_TLS_INTERACTION_FAILED;
    }
  if (answer == NULL)
    return G_TLS_INTERACTION_UNHANDLED;
  g_tls_password_set_value (password, (const guchar *) answer, -1);
  return G_TLS_INTERACTION_HANDLED;
}

static void
finalize (GObject *object)
{
  g_free (TEST_INTERACTION (object)->description);
  G_OBJECT_CLASS (test_interaction_parent_class)->finalize (object);
}

static void
test_interaction_class_init (TestInteractionClass *class)
{
  G_OBJECT_CLASS (class)->finalize = finalize;
  G_TLS_INTERACTION_CLASS (class)->ask_password = ask_password;
}

static void
test_interaction_init (TestInteraction *self)
{
}

static TestInteraction *
somebody (const char *const *answers)
{
  TestInteraction *self = g_object_new (TEST_TYPE_INTERACTION, NULL);

  self->answers = answers;
  return self;
}

/* ---- Certificates ---- */

typedef enum
{
  IN_TOKEN,
  IN_PEM,
  IN_PKCS12,
  PLACES,
} Place;

/* Shared by all tests: making keys takes time */
typedef struct
{
  TestToken *token; /* (owned) (nullable) */
  GTlsCertificate *authority;
  char *folder;
  char *authority_file;
  char *certificates[PLACES];
  char *keys[PLACES];
  GString *log; /* all that was logged */
} World;

static World world;

static char *
write_file (const char *name, const void *data, gsize size)
{
  char *path = g_build_filename (world.folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  return path;
}

static GLogWriterOutput
keep_log (GLogLevelFlags level, const GLogField *fields, gsize count, gpointer user_data)
{
  g_autofree char *text = g_log_writer_format_fields (level, fields, count, FALSE);

  g_string_append (world.log, text);
  return G_LOG_WRITER_HANDLED;
}

static void
make_world (void)
{
  const TestCertificate ca = { .common_names = { { "authority" } } };
  const TestCertificate wanted
      = { .common_names = { { "localhost" } }, .dns_names = { { "localhost" } } };
  g_autofree char *pem = NULL;
  world.log = g_string_new (NULL);
  g_log_set_writer_func (keep_log, NULL, NULL);
  world.folder = g_dir_make_tmp ("pyrog-XXXXXX", NULL);
  g_assert_nonnull (world.folder);
  world.authority = test_certificate_new (&ca, NULL);
  g_object_get (world.authority, "certificate-pem", &pem, NULL);
  world.authority_file = write_file ("ca.pem", pem, strlen (pem));
  g_autoptr (GTlsCertificate) certificate = test_certificate_new (&wanted, world.authority);
  g_autoptr (GBytes) locked = test_certificate_lock_key (certificate, TEST_TOKEN_PIN);
  g_autoptr (GBytes) pkcs12 = test_certificate_lock_both (certificate, TEST_TOKEN_PIN);
  g_autofree char *own = NULL;
  g_object_get (certificate, "certificate-pem", &own, NULL);
  world.certificates[IN_PEM] = write_file ("cert.pem", own, strlen (own));
  world.keys[IN_PEM]
      = write_file ("key.pem", g_bytes_get_data (locked, NULL), g_bytes_get_size (locked));
  world.certificates[IN_PKCS12]
      = write_file ("both.p12", g_bytes_get_data (pkcs12, NULL), g_bytes_get_size (pkcs12));
  world.token = test_token_new ();
  if (world.token != NULL)
    world.certificates[IN_TOKEN] = test_token_add (world.token, "server", certificate);
}

static void
free_world (void)
{
  g_unlink (world.authority_file);
  for (guint i = IN_PEM; i < PLACES; i++)
    {
      g_unlink (world.certificates[i]);
      if (world.keys[i] != NULL)
        g_unlink (world.keys[i]);
    }
  g_rmdir (world.folder);
  for (guint i = 0; i < PLACES; i++)
    {
      g_free (world.certificates[i]);
      g_free (world.keys[i]);
    }
  g_clear_pointer (&world.token, test_token_free);
  g_object_unref (world.authority);
  g_free (world.authority_file);
  g_free (world.folder);
  g_string_free (world.log, TRUE);
}

static gboolean
has_place (Place place)
{
  if (place != IN_TOKEN || world.token != NULL)
    return TRUE;
  g_test_skip ("SoftHSM is not installed");
  return FALSE;
}

static PyrogConfig *
make_config (PyrogTlsRole role, Place place, const char *password)
{
  PyrogConfig *config = g_object_new (PYROG_TYPE_CONFIG, NULL);
  gboolean server = role == PYROG_TLS_SERVER;

  g_object_set (config, "ssl", TRUE, "ssl-cacerts", world.authority_file,
                server ? "ssl-servercert" : "ssl-clientcert", world.certificates[place],
                server ? "ssl-serverkey" : "ssl-clientkey", world.keys[place],
                server ? "ssl-serverkeypasswd" : "ssl-clientkeypasswd", password, NULL);
  return config;
}

/* ---- Passwords ---- */

typedef struct
{
  const char *configured; /* (nullable) the item of the password */
  const char *answers[MAX_ANSWERS];
  gboolean nobody; /* no interaction at all */
  gboolean fails;
  guint asked;
  const char *error; /* (nullable) what is in the message */
} Row;

static const Row rows[] = {
  { NULL, { TEST_TOKEN_PIN }, FALSE, FALSE, 1, NULL },
  { NULL, { WRONG, TEST_TOKEN_PIN }, FALSE, FALSE, 2, NULL },
  { NULL, { WRONG, WRONG, WRONG, TEST_TOKEN_PIN }, FALSE, FALSE, 3, "is wrong" },
  { NULL, { WRONG, NULL }, FALSE, FALSE, 2, "is wrong" },
  { NULL, { NULL }, FALSE, FALSE, 1, "needs a password" },
  { NULL, { NULL }, FALSE, TRUE, 1, "needs a password" },
  { NULL, { NULL }, TRUE, FALSE, 0, "needs a password" },
  { TEST_TOKEN_PIN, { NULL }, FALSE, FALSE, 0, NULL },
  { TEST_TOKEN_PIN, { NULL }, TRUE, FALSE, 0, NULL },
  { WRONG, { NULL }, TRUE, FALSE, 0, "is wrong" },
  { WRONG, { NULL }, FALSE, FALSE, 1, "is wrong" },
  { WRONG, { TEST_TOKEN_PIN }, FALSE, FALSE, 1, NULL },
};

static void
assert_no_secret (const char *text)
{
  g_assert_null (strstr (text, TEST_TOKEN_PIN));
  g_assert_null (strstr (text, WRONG));
}

static void
check_row (const Row *row, PyrogTlsRole role, Place place)
{
  g_autoptr (PyrogConfig) config = make_config (role, place, row->configured);
  g_autoptr (TestInteraction) interaction = somebody (row->answers);
  g_autoptr (GError) error = NULL;
  PyrogTlsObjects objects = { .interaction = G_TLS_INTERACTION (interaction) };

  interaction->fails = row->fails;
  if (row->nobody)
    objects.interaction = NULL;
  g_autoptr (PyrogTlsContext) context = pyrog_tls_context_new (config, role, &objects, &error);
  g_assert_cmpuint (interaction->asked, ==, row->asked);
  if (row->asked > 0)
    g_assert_cmpuint (interaction->again, >=, row->asked - 1);
  if (row->error == NULL)
    g_assert_no_error (error);
  else
    {
      g_assert_null (context);
      g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
      g_assert_nonnull (strstr (error->message, row->error));
      g_assert_nonnull (strstr (error->message, place == IN_TOKEN ? "object=server" : "/"));
      assert_no_secret (error->message);
    }
  assert_no_secret (world.log->str);
}

/* The configuration's password comes first; if it is wrong or missing, the interaction is asked, at
 * most three times; who does not answer is told what is missing, and nobody learns a password */
static void
test_passwords (gconstpointer data)
{
  Place place = (Place) GPOINTER_TO_UINT (data);

  if (!has_place (place))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      check_row (&rows[i], PYROG_TLS_SERVER, place);
      check_row (&rows[i], PYROG_TLS_CLIENT, place);
    }
}

/* A PIN in the uri itself unlocks the token, and is in no message and no dump */
static void
test_pin_in_uri (void)
{
  const PyrogTlsObjects objects = { 0 };
  const struct
  {
    const char *pin;
    const char *error; /* (nullable) */
  } pins[] = { { TEST_TOKEN_PIN, NULL }, { WRONG, "‘pkcs11:token=" TEST_TOKEN_LABEL } };

  if (!has_place (IN_TOKEN))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (pins); i++)
    {
      g_autofree char *uri
          = g_strdup_printf ("%s?pin-value=%s", world.certificates[IN_TOKEN], pins[i].pin);
      g_autoptr (PyrogConfig) config = make_config (PYROG_TLS_SERVER, IN_TOKEN, NULL);
      g_autoptr (GError) error = NULL;
      g_object_set (config, "ssl-servercert", uri, NULL);
      g_autoptr (PyrogTlsContext) context
          = pyrog_tls_context_new (config, PYROG_TLS_SERVER, &objects, &error);
      g_assert_true ((context != NULL) == (pins[i].error == NULL));
      if (error != NULL)
        {
          g_assert_nonnull (strstr (error->message, pins[i].error));
          assert_no_secret (error->message);
        }
      g_autofree char *dump = pyrog_config_dump (config);
      g_assert_nonnull (strstr (dump, "object=server"));
      assert_no_secret (dump);
    }
}

/* What is not there is named */
static void
test_missing_object (void)
{
  const PyrogTlsObjects objects = { 0 };
  g_autoptr (GError) error = NULL;

  if (!has_place (IN_TOKEN))
    return;
  g_autoptr (PyrogConfig) config = make_config (PYROG_TLS_SERVER, IN_TOKEN, TEST_TOKEN_PIN);
  g_object_set (config, "ssl-servercert", "pkcs11:token=nowhere;object=nothing", NULL);
  g_assert_null (pyrog_tls_context_new (config, PYROG_TLS_SERVER, &objects, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_assert_nonnull (strstr (error->message, "‘pkcs11:token=nowhere;object=nothing’"));
}

/* ---- Connections ---- */

typedef struct
{
  PyrogDaemon *daemon; /* (owned) */
  PyrogProxy *proxy;   /* (owned) */
} Pair;

static void
add (PyrogInvocation *invocation, gpointer user_data, GError **error)
{
  gint64 a, b;

  if (pyrog_invocation_read (invocation, error, "xx", &a, &b))
    pyrog_invocation_return (invocation, "x", a + b);
}

static void
called_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
call (PyrogProxy *proxy, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_call (proxy, "add",
                    g_variant_new ("(xx)", G_GINT64_CONSTANT (3), G_GINT64_CONSTANT (4)), "x", NULL,
                    called_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (GVariant) sum = pyrog_proxy_call_finish (proxy, result, error);
  if (sum != NULL)
    g_assert_cmpint (g_variant_get_int64 (sum), ==, 7);
}

static void
pair_init (Pair *pair, Place place)
{
  g_autoptr (PyrogConfig) server = make_config (PYROG_TLS_SERVER, place, NULL);
  g_autoptr (PyrogConfig) client = make_config (PYROG_TLS_CLIENT, place, NULL);
  g_autofree char *uri = g_strdup_printf ("PYRO:calc@" LOCATION, (int) getpid ());
  g_autoptr (GError) error = NULL;

  g_object_set (server, "ssl-requireclientcert", TRUE, NULL);
  pair->daemon = pyrog_daemon_new (server);
  pair->proxy = pyrog_proxy_new (uri, client, &error);
  g_assert_no_error (error);
}

static void
pair_start (Pair *pair, GError **error)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_servant_add_handler (servant, "add", "(xx)", "x", add, NULL, NULL);
  g_autofree char *location = g_strdup_printf (LOCATION, (int) getpid ());
  g_autoptr (PyrogUri) uri = NULL;
  if (pyrog_daemon_listen (pair->daemon, location, error)
      && pyrog_daemon_start (pair->daemon, error))
    uri = pyrog_daemon_register (pair->daemon, "calc", servant, error);
}

static void
pair_clear (Pair *pair)
{
  pyrog_daemon_stop (pair->daemon);
  g_object_unref (pair->proxy);
  g_object_unref (pair->daemon);
}

/* A daemon and a proxy whose keys are locked ask their own interactions, once, and talk */
static void
test_connection (gconstpointer data)
{
  Place place = (Place) GPOINTER_TO_UINT (data);
  static const char *const answers[MAX_ANSWERS] = { TEST_TOKEN_PIN };
  g_autoptr (TestInteraction) of_server = somebody (answers);
  g_autoptr (TestInteraction) of_client = somebody (answers);
  g_autoptr (GError) error = NULL;
  Pair pair;

  if (!has_place (place))
    return;
  pair_init (&pair, place);
  pyrog_daemon_set_tls_interaction (pair.daemon, G_TLS_INTERACTION (of_server));
  pyrog_proxy_set_tls_interaction (pair.proxy, G_TLS_INTERACTION (of_client));
  pair_start (&pair, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (of_server->asked, ==, 1);
  g_assert_nonnull (strstr (of_server->description, place == IN_TOKEN ? TEST_TOKEN_LABEL : "/"));
  call (pair.proxy, &error);
  g_assert_no_error (error);
  /* A token that was opened is open for the whole process */
  g_assert_cmpuint (of_client->asked, ==, place == IN_TOKEN ? 0 : 1);
  pyrog_proxy_release (pair.proxy);
  call (pair.proxy, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (of_client->asked, ==, place == IN_TOKEN ? 0 : 1);
  pair_clear (&pair);
  assert_no_secret (world.log->str);
}

/* A daemon whose interaction does not know the password does not start; a proxy whose does not
 * fails its calls, without sending any, until one comes that does */
static void
test_no_connection (gconstpointer data)
{
  Place place = (Place) GPOINTER_TO_UINT (data);
  static const char *const answers[MAX_ANSWERS] = { TEST_TOKEN_PIN };
  static const char *const none[MAX_ANSWERS] = { NULL };
  g_autoptr (TestInteraction) knows = somebody (answers);
  g_autoptr (TestInteraction) refuses = somebody (none);
  g_autoptr (GError) error = NULL;
  Pair pair;

  pair_init (&pair, place);
  pyrog_daemon_set_tls_interaction (pair.daemon, G_TLS_INTERACTION (refuses));
  pair_start (&pair, &error);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_clear_error (&error);
  pyrog_daemon_set_tls_interaction (pair.daemon, G_TLS_INTERACTION (knows));
  pair_start (&pair, &error);
  g_assert_no_error (error);
  pyrog_proxy_set_tls_interaction (pair.proxy, G_TLS_INTERACTION (refuses));
  call (pair.proxy, &error);
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG);
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_NOT_SENT);
  g_clear_error (&error);
  knows->asked = 0;
  pyrog_proxy_set_tls_interaction (pair.proxy, G_TLS_INTERACTION (knows));
  call (pair.proxy, &error);
  g_assert_no_error (error);
  pair_clear (&pair);
}

/* A certificate object that names a token's key does what the files do */
static void
test_token_object (void)
{
  g_autoptr (GError) error = NULL;
  Pair pair;

  if (!has_place (IN_TOKEN))
    return;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pkcs11_uris (
      world.certificates[IN_TOKEN], world.certificates[IN_TOKEN], &error);
  g_assert_no_error (error);
  pair_init (&pair, IN_PEM);
  static const char *const answers[MAX_ANSWERS] = { TEST_TOKEN_PIN };
  g_autoptr (TestInteraction) interaction = somebody (answers);
  pyrog_daemon_set_tls_interaction (pair.daemon, G_TLS_INTERACTION (interaction));
  pyrog_proxy_set_tls_interaction (pair.proxy, G_TLS_INTERACTION (interaction));
  pyrog_daemon_set_tls_certificate (pair.daemon, certificate);
  pyrog_proxy_set_tls_certificate (pair.proxy, certificate);
  pair_start (&pair, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (interaction->description, ==, TEST_TOKEN_LABEL);
  call (pair.proxy, &error);
  g_assert_no_error (error);
  pair_clear (&pair);
}

static void
add_test (const char *test, const char *place, guint number, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/tls-identity/%s/%s", test, place);

  g_test_add_data_func (path, GUINT_TO_POINTER (number), func);
}

int
main (int argc, char **argv)
{
  static const char *const names[PLACES] = { "token", "pem", "pkcs12" };

  g_test_init (&argc, &argv, NULL);
  alarm (100);
  make_world ();
  for (guint i = 0; i < PLACES; i++)
    {
      add_test ("passwords", names[i], i, test_passwords);
      add_test ("connection", names[i], i, test_connection);
      if (i != IN_TOKEN)
        add_test ("no-connection", names[i], i, test_no_connection);
    }
  g_test_add_func ("/tls-identity/pin-in-uri", test_pin_in_uri);
  g_test_add_func ("/tls-identity/missing-object", test_missing_object);
  g_test_add_func ("/tls-identity/token-object", test_token_object);
  int result = g_test_run ();
  free_world ();
  return result;
}
