/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: errors-scenario serve
 *        errors-scenario call URI SERIALIZER
 *        errors-scenario call-unregistered URI SERIALIZER
 *        errors-scenario both SERIALIZER
 *
 * A shop whose errors are a domain of its own, and a client that gets them back as such. Any
 * failure is an assertion; test_errors.py runs it, also against the real Pyro5. */

#include <pyrog.h>
#include <string.h>

typedef enum
{
  SHOP_ERROR_OUT_OF_STOCK,
  SHOP_ERROR_CLOSED,
  SHOP_ERROR_UNNAMED, /* no class is registered for it */
} ShopError;

#define SHOP_ERROR (shop_error_quark ())

static GQuark
shop_error_quark (void)
{
  return g_quark_from_static_string ("shop-error-quark");
}

static void
register_errors (void)
{
  g_assert_true (pyrog_error_register (SHOP_ERROR, SHOP_ERROR_OUT_OF_STOCK, "shop.OutOfStock"));
  g_assert_true (pyrog_error_register (SHOP_ERROR, SHOP_ERROR_CLOSED, "shop.Closed"));
}

/* ---- The shop ---- */

/* A value that no serializer can write */
static GVariant *
strange_value (void)
{
  GVariant *inner = g_variant_new_maybe (NULL, g_variant_new_boolean (TRUE));

  return g_variant_new_maybe (NULL, inner);
}

/* An exception that no serializer can write */
static void
return_strange (PyrogInvocation *invocation)
{
  GVariant *value = strange_value ();

  pyrog_invocation_return_exception (invocation, "shop.Strange", g_variant_new_tuple (&value, 1),
                                     NULL);
}

/* An exception that has a traceback of its own */
static void
return_traced (PyrogInvocation *invocation)
{
  pyrog_invocation_return_exception (
      invocation, "builtins.ValueError", g_variant_new ("(s)", "traced"),
      g_variant_new_parsed ("{'_pyroTraceback': <['secret place\\n', 'traced\\n']>, 'left': <0>}"));
}

static void
order (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char *what;

  g_variant_get (args, "(&s)", &what);
  if (strcmp (what, "apples") == 0)
    g_set_error (error, SHOP_ERROR, SHOP_ERROR_OUT_OF_STOCK, "no %s left", what);
  else if (strcmp (what, "pears") == 0)
    g_set_error_literal (error, SHOP_ERROR, SHOP_ERROR_CLOSED, "come tomorrow");
  else if (strcmp (what, "names") == 0)
    g_set_error_literal (error, SHOP_ERROR, SHOP_ERROR_UNNAMED, "no class");
  else if (strcmp (what, "traces") == 0)
    return_traced (invocation);
  else if (strcmp (what, "strange errors") == 0)
    return_strange (invocation);
  else if (strcmp (what, "strange things") == 0)
    pyrog_invocation_return_value (invocation, strange_value ());
  else
    pyrog_invocation_return_value (invocation, g_variant_new_string (what));
}

static void
relayed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (PyrogInvocation) invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = pyrog_proxy_call_finish (PYROG_PROXY (object), result, &error);

  if (error != NULL)
    pyrog_invocation_return_gerror (invocation, error);
  else
    pyrog_invocation_return_value (invocation, value);
}

/* Orders in another shop */
static void
relay (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  const char *uri, *what;

  g_variant_get (args, "(&s&s)", &uri, &what);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (uri, NULL, error);
  if (proxy != NULL)
    pyrog_proxy_call (proxy, "order", g_variant_new ("(s)", what), NULL, NULL, relayed_cb,
                      pyrog_invocation_hold (invocation));
}

static GVariant *
get_owner (const char *name, gpointer user_data, GError **error)
{
  g_set_error_literal (error, SHOP_ERROR, SHOP_ERROR_CLOSED, "nobody is here");
  return NULL;
}

static PyrogDaemon *
open_shop (PyrogUri **uri)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  PyrogDaemon *daemon = pyrog_daemon_new (NULL);

  pyrog_servant_add_method (servant, "order", "(s)", NULL, order, NULL, NULL);
  pyrog_servant_add_method (servant, "relay", "(ss)", NULL, relay, NULL, NULL);
  pyrog_servant_add_attribute (servant, "owner", "s", get_owner, NULL, NULL);
  *uri = pyrog_daemon_register (daemon, "shop", servant, &error);
  g_assert_no_error (error);
  return daemon;
}

/* ---- A customer ---- */

static PyrogProxy *
connect_to (const char *uri, const char *serializer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  PyrogProxy *proxy = pyrog_proxy_new (uri, NULL, &error);

  g_assert_no_error (error);
  pyrog_proxy_set_serializer (proxy, g_enum_get_value_by_nick (class, serializer)->value);
  pyrog_proxy_set_timeout (proxy, 20);
  return proxy;
}

static void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The shop may be in this very context, which a synchronous call would block */
static GVariant *
call (PyrogProxy *proxy, const char *what, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pyrog_proxy_call (proxy, "order", g_variant_new ("(s)", what), NULL, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return pyrog_proxy_call_finish (proxy, result, error);
}

static void
assert_failure (PyrogProxy *proxy, const char *what, GQuark domain, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call (proxy, what, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
assert_success (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = call (proxy, "plums", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (result, NULL), ==, "plums");
}

static void
check_attribute (PyrogProxy *proxy)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pyrog_proxy_get_attribute (proxy, "owner", NULL, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (pyrog_proxy_get_attribute_finish (proxy, result, &error));
  g_assert_error (error, SHOP_ERROR, SHOP_ERROR_CLOSED);
}

static void
check_registered (PyrogProxy *proxy)
{
  assert_failure (proxy, "apples", SHOP_ERROR, SHOP_ERROR_OUT_OF_STOCK, "no apples left");
  assert_failure (proxy, "pears", SHOP_ERROR, SHOP_ERROR_CLOSED, "come tomorrow");
  assert_failure (proxy, "names", PYROG_ERROR, PYROG_ERROR_FAILED, "no class");
  check_attribute (proxy);
  assert_success (proxy);
  /* From here on the class has no domain any more */
  g_assert_true (pyrog_error_unregister (SHOP_ERROR, SHOP_ERROR_CLOSED));
}

/* Without a registration the class's name tells what it was */
static void
check_unregistered (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call (proxy, "pears", &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_REMOTE);
  PyrogOutcome *outcome = pyrog_error_get_outcome (error);
  g_assert_cmpstr (pyrog_outcome_get_remote_class (outcome), ==, "shop.Closed");
  assert_success (proxy);
}

/* ---- The program ---- */

static int
serve (void)
{
  g_autoptr (PyrogUri) uri = NULL;
  g_autoptr (GError) error = NULL;

  register_errors ();
  g_autoptr (PyrogDaemon) daemon = open_shop (&uri);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  return pyrog_daemon_run (daemon, NULL, &error) ? 0 : 1;
}

static int
do_both (const char *serializer)
{
  g_autoptr (PyrogUri) uri = NULL;
  g_autoptr (GError) error = NULL;

  register_errors ();
  g_autoptr (PyrogDaemon) daemon = open_shop (&uri);
  pyrog_daemon_start (daemon, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_autoptr (PyrogProxy) proxy = connect_to (text, serializer);
  check_registered (proxy);
  pyrog_daemon_stop (daemon);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    return serve ();
  if (argc == 3 && strcmp (argv[1], "both") == 0)
    return do_both (argv[2]);
  g_assert_cmpint (argc, ==, 4);
  g_autoptr (PyrogProxy) proxy = connect_to (argv[2], argv[3]);
  if (strcmp (argv[1], "call") == 0)
    {
      register_errors ();
      check_registered (proxy);
    }
  check_unregistered (proxy);
  return 0;
}
